using Microsoft.AspNetCore.Http;

namespace HwBridge.SigningBridge;

/// <summary>One way in.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">As the OpenAPI document has it; at most its last segment is <c>{identifier}</c>.</param>
/// <param name="Access">What a request has to show.</param>
/// <param name="Answer">Answers it.</param>
internal sealed record Route(string Method, string Path, RouteAccess Access, Func<HttpContext, Task> Answer)
{
    /// <summary>The segment that stands for any value.</summary>
    internal const string Identifier = "{identifier}";

    /// <summary>Whether this is the way for a path.</summary>
    internal bool Fits(string path) => Path.EndsWith(Identifier, StringComparison.Ordinal)
        ? path.StartsWith(Path[..^Identifier.Length], StringComparison.Ordinal) && !path[(Path.Length - Identifier.Length)..].Contains('/', StringComparison.Ordinal)
        : path == Path;
}
