using System.Runtime.ExceptionServices;

namespace RouteSae.Hub;

/// <summary>Waits between attempts, and ends them: doubling waits, or as long as the server asks for.</summary>
internal sealed class HubRetry(HubSettings settings)
{
    private const int LongestFactor = 8;

    private int _failures;

    /// <summary>Something was achieved: failures are counted anew.</summary>
    public void Progressed() => _failures = 0;

    /// <summary>Runs something until it succeeds or the attempts are used up.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (HubException failure)
            {
                await WaitAsync(failure, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="HubException">The failure, when another attempt makes no sense.</exception>
    public async Task WaitAsync(HubException failure, CancellationToken cancellationToken)
    {
        if (!failure.IsTransient || _failures >= settings.Retries || failure.RetryAfter > settings.LongestRetryAfter)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        var wait = failure.RetryAfter ?? settings.RetryDelay * Math.Min(LongestFactor, 1 << Math.Min(_failures, 30));
        _failures++;
        settings.Warnings?.Report($"{failure.Message} Trying again in {wait.TotalSeconds:0.###} s ({_failures} of {settings.Retries}).");
        await Task.Delay(wait, settings.Clock, cancellationToken).ConfigureAwait(false);
    }
}
