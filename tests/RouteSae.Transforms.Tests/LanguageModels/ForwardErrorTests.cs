using FluentAssertions;
using RouteSae.LanguageModels;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

public sealed class ForwardErrorTests : IDisposable
{
    private readonly DecoderModel _model = RandomModel.Create(RandomModel.Odd);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-1)]
    public void A_hidden_state_that_does_not_exist_is_refused(int index) =>
        Forward(zeros(1, 3, ScalarType.Int64), request: new ForwardRequest { HiddenStates = [1, index] })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"Hidden state {index} does not exist in this llama model (hidden states 0 to 5).*");

    [Fact]
    public void A_hidden_state_and_logits_that_were_not_loaded_are_refused()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.Path);
        using var lower = DecoderModel.Load(folder.Path, new DecoderLoadOptions { LastHiddenState = 2 });
        var ids = zeros(1, 3, ScalarType.Int64);

        FluentActions.Invoking(() => lower.Forward(ids, null, new ForwardRequest { HiddenStates = [3] }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Hidden state 3 was not loaded: this llama model was loaded up to 2.*");
        FluentActions.Invoking(() => lower.Forward(ids, null, new ForwardRequest { Logits = true }))
            .Should().Throw<ArgumentException>().WithMessage("Logits need the whole model: this llama model was loaded up to hidden state 2, without the output head.*");
    }

    [Theory]
    [InlineData(61)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void An_id_outside_the_vocabulary_is_named_with_its_place(long id)
    {
        var ids = zeros(2, 4, ScalarType.Int64);
        ids[1, 2] = id;
        Forward(ids).Should().Throw<ArgumentException>()
            .WithMessage($"Token id {id} in row 1, position 2 is outside the vocabulary of 61 (ids 0 to 60).*");
    }

    [Fact]
    public void Ids_of_another_shape_or_type_are_refused()
    {
        Forward(zeros(4, ScalarType.Int64)).Should().Throw<ArgumentException>().WithMessage("Token ids have shape [4]; [batch, positions] with at least one of each is expected.*");
        Forward(zeros(1, 0, ScalarType.Int64)).Should().Throw<ArgumentException>().WithMessage("Token ids have shape [1, 0]; [batch, positions] with at least one of each is expected.*");
        Forward(zeros(1, 3)).Should().Throw<ArgumentException>().WithMessage("Token ids are Float32; Int64 is expected.*");
    }

    [Fact]
    public void A_mask_of_another_shape_is_refused() =>
        Forward(zeros(2, 4, ScalarType.Int64), ones(2, 5, ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage("The mask has shape [2, 5]; the token ids ask for [2, 4].*");

    private Func<DecoderOutput> Forward(Tensor ids, Tensor? mask = null, ForwardRequest? request = null) =>
        () => _model.Forward(ids, mask, request ?? new ForwardRequest { Logits = true });
}
