namespace HwBridge.Cli.Output;

/// <summary>What <c>serve</c> says once it can be reached.</summary>
/// <param name="Address"><c>unix:PATH</c> or <c>http://127.0.0.1:PORT</c>.</param>
/// <param name="Device">The device's URI.</param>
/// <param name="TokenFile">Where the bearer token stands.</param>
internal sealed record ServingAnswer(string Address, string Device, string TokenFile);
