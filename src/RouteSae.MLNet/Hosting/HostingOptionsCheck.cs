using Microsoft.Extensions.Options;

namespace RouteSae.MLNet.Hosting;

/// <summary>Says everything that is wrong with one predictor's settings in one message.</summary>
internal sealed class HostingOptionsCheck(string optionsName) : IValidateOptions<RouteSaeHostingOptions>
{
    public ValidateOptionsResult Validate(string? name, RouteSaeHostingOptions options)
    {
        if (name != optionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        var problems = options.Problems().ToList();
        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"RouteSaeHostingOptions cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
    }
}
