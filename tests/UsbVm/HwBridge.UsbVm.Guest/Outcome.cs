using System.Text.Json;

namespace HwBridge.UsbVm.Guest;

/// <summary>How a run of hwbridge ended.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error, double Seconds)
{
    /// <summary>Its answer, or its failure.</summary>
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The failure's code.</summary>
    internal string? Code => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("error", out JsonElement error)
        ? error.GetProperty("code").GetString()
        : null;

    internal Outcome Expect(int exitCode)
    {
        Assert.That(ExitCode, Is.EqualTo(exitCode), ToString());
        return this;
    }

    internal Outcome ExpectFault(int exitCode, string code, string words)
    {
        Expect(exitCode);
        Assert.That(Code, Is.EqualTo(code), ToString());
        Assert.That(Output, Does.Contain(words));
        return this;
    }

    public override string ToString() => $"{Command}: exit code {ExitCode} after {Seconds:0.0} s\n{Output}\n{Error}";
}
