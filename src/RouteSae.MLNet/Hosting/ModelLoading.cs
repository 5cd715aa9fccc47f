using System.Reflection;
using Microsoft.ML;

namespace RouteSae.MLNet.Hosting;

/// <summary>From a zip to a model that is warm and fits the types, or to one sentence that says why not.</summary>
internal static class ModelLoading
{
    private const string WarmUpText = "The first text is slower than the others, so it is this one.";

    /// <summary>Loads a model and runs it once.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="path">The zip.</param>
    /// <param name="freed">Called once the model has been freed.</param>
    /// <exception cref="ModelLoadException">The file is missing, broken, or holds another model than the types need.</exception>
    public static ServedModel<TInput, TOutput> Load<TInput, TOutput>(MLContext ml, string path, Action freed)
        where TInput : class, new()
        where TOutput : class, new()
    {
        if (!File.Exists(path))
        {
            throw new ModelLoadException($"The model file '{path}' does not exist. Save a model there, or correct RouteSaeHostingOptions.ModelPath.");
        }

        ServedModel<TInput, TOutput>? model = null;
        try
        {
            model = new ServedModel<TInput, TOutput>(ml, ml.Model.Load(path, out _), freed);
            WarmUp(model);
            return model;
        }
        catch (Exception exception)
        {
            model?.Release();
            var cause = Cause(exception);
            throw new ModelLoadException(
                $"The model file '{path}' cannot be used: {cause.Message} It must be a zip that mlContext.Model.Save wrote, of a model that turns "
                + $"{typeof(TInput).Name} into {typeof(TOutput).Name} with a RouteSae column; put such a file in its place.", cause);
        }
    }

    // The first run loads the network and compiles the code on its path; it also shows whether the types fit.
    private static void WarmUp<TInput, TOutput>(ServedModel<TInput, TOutput> model)
        where TInput : class, new()
        where TOutput : class, new()
    {
        var sample = InputTexts<TInput>.Sample(() => new TInput(), WarmUpText);
        model.CountTokens(sample);
        model.Predict([sample]);
        model.Predict([.. Enumerable.Repeat(sample, 16)]);
    }

    // ML.NET makes transformers by reflection, which wraps what they throw.
    private static Exception Cause(Exception exception)
    {
        while (exception is TargetInvocationException { InnerException: { } inner })
        {
            exception = inner;
        }

        return exception;
    }
}
