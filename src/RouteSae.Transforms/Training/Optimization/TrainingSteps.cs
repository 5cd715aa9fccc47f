using RouteSae.Autoencoders;
using RouteSae.Training.Objectives;

namespace RouteSae.Training.Optimization;

/// <summary>Chooses how a model is trained.</summary>
internal static class TrainingSteps
{
    /// <summary>Whether kernels compute the model's gradients, so that autograd need not record them.</summary>
    public static bool ByKernels(AutoencoderModel model) => model switch
    {
        RouteSaeModel routed => RoutedKernelStep.Fits(routed),
        MultiLayerModel { Fidelity: Fidelity.Reference } => false,
        FixedLayersModel fixedLayers => FixedLayersKernelStep.Fits(fixedLayers),
        _ => false,
    };

    /// <summary>The step of a model.</summary>
    public static ITrainingStep Create(AutoencoderModel model, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer, SparsityPenalty penalty) => model switch
    {
        RouteSaeModel routed when ByKernels(routed) => new RoutedKernelStep(routed, options, optimizer),
        MultiLayerModel { Fidelity: Fidelity.Reference } multiLayer => new LayerSlicesStep(multiLayer, options, optimizer),
        FixedLayersModel fixedLayers when ByKernels(fixedLayers) => new FixedLayersKernelStep(fixedLayers, options, optimizer),
        _ => new AutogradStep(Objective(model, options, penalty), optimizer, model.HiddenStates),
    };

    /// <summary>What the training of a model minimises, in TorchSharp operations.</summary>
    public static ITrainingObjective Objective(AutoencoderModel model, AutoencoderTrainerOptions options, SparsityPenalty penalty) => model switch
    {
        RouteSaeModel routed => new RouteSaeObjective(routed, options),
        FixedLayersModel fixedLayers => new FixedLayersObjective(fixedLayers, options, penalty),
        CrosscoderModel crosscoder => new CrosscoderObjective(crosscoder, penalty),
        _ => throw new NotSupportedException($"{model.GetType().Name} has no training objective."),
    };
}
