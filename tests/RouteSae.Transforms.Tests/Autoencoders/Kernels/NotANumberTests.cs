using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>A pre-activation that is not a number is an error that names its token, whatever bits it has and wherever it comes from.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class NotANumberTests
{
    private const int Token = 9;

    /// <summary>What processors make, what files of ones hold, and the least payload.</summary>
    private static readonly uint[] s_bits = [0x7FC00000, 0xFFC00000, 0x7FFFFFFF, 0xFFFFFFFF, 0x7F800001, 0xFFFFC000];

    public static IEnumerable<object[]> Cases =>
        from bits in s_bits
        from bfloat16 in new[] { false, true }
        select new object[] { bits, bfloat16 };

    [Theory]
    [MemberData(nameof(Cases))]
    public void InAnActivationItNamesTheToken(uint bits, bool bfloat16)
    {
        var given = Given();
        given.Token(Token)[36] = BitConverter.UInt32BitsToSingle(bits);

        foreach (var threads in new[] { 1, 2 })
            Failure(given, bfloat16, threads).Should().Be(Message(latent: 0, Token));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void InTheEncoderItNamesTheFirstToken(uint bits, bool bfloat16)
    {
        foreach (var column in new[] { 5, 36 })
        {
            var given = Given();
            given.Row(200)[column] = BitConverter.UInt32BitsToSingle(bits);

            foreach (var threads in new[] { 1, 2, 3 })
                Failure(given, bfloat16, threads).Should().Be(Message(latent: 200, token: 0));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void InTheLatentBiasItNamesTheFirstToken(uint bits, bool bfloat16)
    {
        var given = Given();
        given.LatentBias[200] = BitConverter.UInt32BitsToSingle(bits);

        Failure(given, bfloat16, threads: 1).Should().Be(Message(latent: 200, token: 0));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void InThePreBiasItNamesTheFirstToken(uint bits, bool bfloat16)
    {
        var given = Given();
        given.PreBias[0] = BitConverter.UInt32BitsToSingle(bits);

        Failure(given, bfloat16, threads: 1).Should().Be(Message(latent: 0, token: 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InfinitiesOfBothSignsMakeOne(bool bfloat16)
    {
        var given = Given();
        (given.Token(Token)[1], given.Token(Token)[2]) = (float.PositiveInfinity, float.PositiveInfinity);
        (given.Row(0)[1], given.Row(0)[2]) = (1, -1);

        Failure(given, bfloat16, threads: 1).Should().Be(Message(latent: 0, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATokenFarBehindIsCountedFromTheFirst(bool bfloat16)
    {
        var given = new EncoderCase(tokens: 4200, width: 3, latents: 4, active: 2);
        given.Token(4150)[2] = float.NaN;

        Failure(given, bfloat16, threads: 2).Should().Be(Message(latent: 0, token: 4150));
    }

    private static EncoderCase Given() => new(tokens: 20, width: 37, latents: 300, active: 4);

    private static string Failure(EncoderCase given, bool bfloat16, int threads)
    {
        var encode = () => given.Encode(bfloat16, threads);
        return encode.Should().Throw<ArgumentException>().Which.Message;
    }

    private static string Message(int latent, int token) =>
        $"The pre-activation of latent {latent} is NaN for token {token} (row {token} of x): the activation or the autoencoder's parameters hold NaN or infinite values. Run the language model in float32, or leave this text out. (Parameter 'x')";
}
