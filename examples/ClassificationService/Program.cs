using ClassificationService;
using Microsoft.Extensions.Options;

if (args.Any(argument => argument is "--help" or "-h"))
{
    Console.WriteLine("Serves a text classifier over HTTP. Settings come from appsettings.json, the environment, or the command line as --Section:Name=value,");
    Console.WriteLine("for example --urls=http://localhost:5080 --RouteSae:ModelPath=model.zip. docs/hosting.md lists them.");
    return 0;
}

// The settings, the page and the model lie beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddOptions<Limits>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddRouteSae<TextRow, Verdict>(builder.Configuration.GetSection("RouteSae"));
builder.Services.AddHealthChecks().AddRouteSaeCheck<TextRow, Verdict>();
builder.Services.AddOpenApi();
builder.Services.AddExceptionHandler<RefusedRequests>();

var app = builder.Build();
app.Use(PageHeaders.Add);
app.UseExceptionHandler(failed => failed.Run(Problems.AnswerAsync));
app.UseStatusCodePages(context => Problems.AnswerAsync(context.HttpContext));
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapOpenApi("/openapi/v1.json");
app.MapHealthChecks("/healthz", Health.Options).WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
app.MapClassification(app.Services.GetRequiredService<IOptions<Limits>>().Value);

if (builder.Configuration["RouteSae:ModelPath"] is { Length: > 0 } path)
{
    FirstModel.Ensure(Path.GetFullPath(path, AppContext.BaseDirectory), app.Logger);
}

await app.RunAsync();
return 0;
