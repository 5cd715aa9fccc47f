using FluentAssertions;
using Microsoft.Playwright;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class PageTests(TrainedService trained) : IAsyncLifetime
{
    private readonly List<string> _errors = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (SystemBrowser.Path is { } path)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
        }
    }

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
    }

    [SkippableFact]
    public async Task A_typed_text_gets_its_class_features_and_marked_words()
    {
        var page = await OpenAsync();

        await AskAsync(page, "Where is my parcel? It should have come on Monday.");

        (await page.Locator("#verdict").InnerTextAsync()).Should().MatchRegex(@"^\w+, \d+ %$");
        (await page.Locator("#classes li").CountAsync()).Should().Be(6);
        (await page.Locator(".feature").CountAsync()).Should().BeInRange(3, 12);
        (await page.Locator(".feature .fired").First.InnerTextAsync()).Should().StartWith("on “");
        (await page.Locator("#words").InnerTextAsync()).Should().Be("Where is my parcel? It should have come on Monday.");
        (await page.Locator(".word").CountAsync()).Should().BePositive();
        _errors.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_feature_lights_its_words_and_a_word_its_features()
    {
        var page = await OpenAsync();
        await AskAsync(page, "Where is my parcel? It should have come on Monday.");

        await page.Locator(".feature").First.HoverAsync();
        (await page.Locator(".word.lit").CountAsync()).Should().BePositive();
        await page.Mouse.MoveAsync(0, 0);
        (await page.Locator(".lit").CountAsync()).Should().Be(0);

        var word = page.Locator(".word").First;
        await word.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await word.GetAttributeAsync("aria-pressed")).Should().Be("true");
        (await page.Locator(".feature.lit").CountAsync()).Should().BePositive();
        await page.Keyboard.PressAsync("Escape");
        (await page.Locator(".lit").CountAsync()).Should().Be(0);
    }

    [SkippableFact]
    public async Task Markup_in_a_text_stays_text()
    {
        var page = await OpenAsync();

        await AskAsync(page, "<img src=x onerror=\"document.title='broken'\"> <b>my parcel</b> 🙂");

        (await page.Locator("#words").InnerTextAsync()).Should().Be("<img src=x onerror=\"document.title='broken'\"> <b>my parcel</b> 🙂");
        (await page.Locator("#words img, #words b").CountAsync()).Should().Be(0);
        (await page.TitleAsync()).Should().NotBe("broken");
    }

    [SkippableFact]
    public async Task An_error_of_the_service_is_shown()
    {
        var page = await OpenAsync();
        await page.EvaluateAsync("document.getElementById('text').removeAttribute('maxlength')");

        await page.FillAsync("#text", new string('a', 20_001));
        await page.ClickAsync("#send");

        await Assertions.Expect(page.Locator("#message")).ToHaveTextAsync("Text 1 has 20001 characters; at most 20000 are possible. Shorten it.");
        (await page.Locator("#answer").IsVisibleAsync()).Should().BeFalse();
    }

    [SkippableFact]
    public async Task An_older_answer_does_not_take_the_place_of_a_newer_one()
    {
        var page = await OpenAsync();
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync("**/explain", async route =>
        {
            if (route.Request.PostData!.Contains("older", StringComparison.Ordinal))
            {
                await late.Task;
            }

            await route.ContinueAsync();
        });
        page.RequestFinished += (_, request) => End(request);
        page.RequestFailed += (_, request) => End(request);
        void End(IRequest request) => _ = request.PostData?.Contains("older", StringComparison.Ordinal) == true && ended.TrySetResult();

        await page.FillAsync("#text", "an older question");
        await page.PressAsync("#text", "Control+Enter");
        await page.FillAsync("#text", "the newer question");
        await page.PressAsync("#text", "Control+Enter");
        await Assertions.Expect(page.Locator("#words")).ToHaveTextAsync("the newer question");
        late.SetResult();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await page.EvaluateAsync("new Promise(resolve => setTimeout(resolve, 100))");

        (await page.Locator("#words").InnerTextAsync()).Should().Be("the newer question");
        (await page.Locator("#message").InnerTextAsync()).Should().BeEmpty();
        (await page.Locator("#send").IsEnabledAsync()).Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task It_fits_a_phone_and_can_be_read_in_light_and_dark(ColorScheme scheme)
    {
        var page = await OpenAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = 360, Height = 740 } });
        await AskAsync(page, "Averylongwordwithoutanyspaceatallthatdoesnotfitonaphone " + "my parcel is late " + new string('x', 80));

        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(360);
        (await page.EvaluateAsync<double>(Contrast)).Should().BeGreaterThan(4.5, "that is what WCAG AA asks for");
    }

    // The ratio of the luminances of the text and the page, by WCAG's formula.
    private const string Contrast = """
        (() => {
          const light = name => {
            const [r, g, b] = getComputedStyle(document.body)[name].match(/\d+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
          };
          const [a, b] = [light("color"), light("backgroundColor")];
          return Math.max(a, b) / Math.min(a, b);
        })()
        """;

    private async Task<IPage> OpenAsync(BrowserNewPageOptions? options = null)
    {
        Skip.If(_browser is null, SystemBrowser.Missing);
        var page = await _browser!.NewPageAsync(options);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
        await page.GotoAsync(trained.Client.BaseAddress!.ToString());
        return page;
    }

    private static async Task AskAsync(IPage page, string text)
    {
        await page.FillAsync("#text", text);
        await page.ClickAsync("#send");
        await page.Locator("#answer").WaitForAsync(new() { State = WaitForSelectorState.Visible });
    }
}
