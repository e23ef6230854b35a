namespace HwBridge.Cli.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Status">Whether it stands in the way.</param>
/// <param name="Check">What was looked at: device, node, rules, seat, library, program, app, system, user.</param>
/// <param name="Message">What is so. One sentence without a full stop.</param>
/// <param name="Remedy">What mends it, a command wherever there is one; null where nothing has to be done.</param>
internal sealed record Finding(FindingStatus Status, string Check, string Message, string? Remedy = null)
{
    internal static Finding Ok(string check, string message) => new(FindingStatus.Ok, check, message);

    internal static Finding Problem(string check, string message, string remedy) => new(FindingStatus.Problem, check, message, remedy);

    internal static Finding Warning(string check, string message, string remedy) => new(FindingStatus.Warning, check, message, remedy);
}
