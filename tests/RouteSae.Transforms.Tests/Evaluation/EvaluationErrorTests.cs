using FluentAssertions;
using RouteSae.Evaluation;
using RouteSae.LanguageModels;
using RouteSae.Tests.LanguageModels;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class EvaluationErrorTests : IDisposable
{
    private readonly DecoderModel _language = RandomModel.Create(RandomModel.Odd);

    public void Dispose() => _language.Dispose();

    [Fact]
    public void Models_that_do_not_fit_together_are_refused_with_every_reason()
    {
        using var model = PerfectModels.Create("multi", 16, [2, 5, 7]);

        var create = () => new AutoencoderEvaluator(_language, model);

        create.Should().Throw<ArgumentException>().WithMessage(
            "The evaluation cannot be used:*"
            + "- The autoencoder's hidden size is 16, but the language model's hidden states have 24 values.*"
            + "- The autoencoder reads hidden state 7, but the language model has or was loaded with 0 to 5 only.*"
            + "- Hidden state 5 is after the final norm and cannot be replaced. Evaluate the reconstruction alone, or an autoencoder of lower hidden states.");
    }

    [Fact]
    public void A_language_model_without_its_head_evaluates_the_reconstruction_alone()
    {
        using var folder = new TemporaryFolder();
        _language.Save(folder.Path);
        using var lower = DecoderModel.Load(folder.Path, new DecoderLoadOptions { LastHiddenState = 3, Precision = Precision.Float32 });
        using var model = PerfectModels.Create("routed", 24, [1, 2, 3]);
        EvaluationBatch Batch() => new(RandomModel.Ids(_language.Config, 2, 6));

        var downstream = () => new AutoencoderEvaluator(lower, model);
        var report = new AutoencoderEvaluator(lower, model, new EvaluationOptions { Downstream = false }).Evaluate([Batch()]);

        downstream.Should().Throw<ArgumentException>().WithMessage(
            "*- The language model was loaded up to hidden state 3, without the output head. Load it whole, or evaluate the reconstruction alone.");
        report.NormalizedMse.Should().Be(new AutoencoderEvaluator(_language, model).Evaluate([Batch()]).NormalizedMse);
    }

    [Fact]
    public void Batches_without_a_real_token_are_nothing_to_evaluate()
    {
        using var scope = NewDisposeScope();
        using var model = PerfectModels.Create("single", 24, [1]);
        var evaluator = new AutoencoderEvaluator(_language, model);
        var empty = () => evaluator.Evaluate([new EvaluationBatch(zeros(1, 3, ScalarType.Int64), zeros(1, 3, ScalarType.Int64))]);
        var none = () => evaluator.Evaluate([]);

        empty.Should().Throw<ArgumentException>().WithMessage("There is nothing to evaluate: the batches hold no real token.*");
        none.Should().Throw<ArgumentException>().WithMessage("There is nothing to evaluate: the batches hold no real token.*");
    }

    [Fact]
    public void Hidden_states_that_are_not_finite_are_named()
    {
        using var scope = NewDisposeScope();
        using var model = PerfectModels.Create("single", 24, [2]);
        _language.Embedding[7, 0] = float.PositiveInfinity;
        var ids = zeros(1, 4, ScalarType.Int64);
        ids[0, 2] = 7;

        var evaluate = () => new AutoencoderEvaluator(_language, model).Evaluate([new EvaluationBatch(zeros(1, 4, ScalarType.Int64)), new EvaluationBatch(ids)]);

        evaluate.Should().Throw<InvalidOperationException>().WithMessage("Batch 2 holds NaN or infinite values in hidden state 2 (real token * of the batch is the first).*");
    }

    [Fact]
    public void Tensors_of_a_batch_that_do_not_agree_are_refused()
    {
        using var scope = NewDisposeScope();
        var ids = zeros(2, 3, ScalarType.Int64);
        var dimensions = () => new EvaluationBatch(zeros(3, ScalarType.Int64));
        var mask = () => new EvaluationBatch(ids, zeros(2, 4, ScalarType.Int64));
        var real = () => new EvaluationBatch(ids, null, ones(2, 3));

        dimensions.Should().Throw<ArgumentException>().WithMessage("Token ids have shape [3]; [sequences, positions] is expected.*");
        mask.Should().Throw<ArgumentException>().WithMessage("The attention mask has shape [2, 4], but the token ids have [2, 3].*");
        real.Should().Throw<ArgumentException>().WithMessage("The real tokens are Float32 [2, 3]; Bool [2, 3] is expected.*");
    }
}
