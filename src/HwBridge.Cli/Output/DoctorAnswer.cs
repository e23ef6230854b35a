using HwBridge.Cli.Doctor;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>doctor</c>.</summary>
internal sealed record DoctorAnswer(string Result, IReadOnlyList<FindingAnswer> Findings)
{
    internal static DoctorAnswer Of(IReadOnlyList<Finding> findings) => new(
        findings.Any(finding => finding.Status == FindingStatus.Problem) ? "problem" : "ready",
        [.. findings.Select(finding => new FindingAnswer(DeviceAnswer.CamelCase(finding.Status), finding.Check, finding.Message, finding.Remedy))]);
}
