namespace ClassificationService;

/// <summary>A request that cannot be answered, and what its sender can do about it.</summary>
internal sealed class BadRequest(int status, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Title => title;
}
