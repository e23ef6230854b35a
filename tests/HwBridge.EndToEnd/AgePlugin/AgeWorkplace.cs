using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>A workplace where Debian's <c>age</c> runs with our plugin on the PATH, and a file to encrypt.</summary>
internal sealed class AgeWorkplace : IDisposable
{
    internal const string Plaintext = "what only the wallet opens\n";

    private readonly Workplace _workplace = new();

    internal AgeWorkplace() => File.WriteAllText(Path.Combine(_workplace.Home, "plain.txt"), Plaintext);

    internal Workplace Place => _workplace;

    internal string Plain => Path.Combine(_workplace.Home, "plain.txt");

    /// <summary>Starts a software device in another process.</summary>
    internal Task<SoftwareDevice> StartAsync(string device, params string[] options) => device == "ledger"
        ? SoftwareDevice.StartAsync(_workplace, "ledger", options)
        : SoftwareDevice.StartAsync(_workplace, "trezor", ["--model", device, .. options]);

    /// <summary>Makes an identity file with <c>hwbridge recipient --identity</c>.</summary>
    /// <returns>The file and its recipient.</returns>
    internal async Task<(string File, string Recipient)> EnrolAsync(SoftwareDevice device, params string[] options)
    {
        Outcome outcome = await _workplace.RunAsync(["hwbridge", "recipient", "--identity", "--device", device.Uri, .. options]).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        string file = Path.Combine(_workplace.Home, $"identity-{Guid.NewGuid():N}.txt");
        await File.WriteAllTextAsync(file, outcome.Output + "\n").ConfigureAwait(false);
        string recipient = outcome.Output.Split('\n').Single(line => line.StartsWith("# public key: ", StringComparison.Ordinal))["# public key: ".Length..];
        return (file, recipient);
    }

    /// <summary>Runs <c>age</c> with these devices in HWBRIDGE_DEVICE.</summary>
    internal Task<Outcome> AgeAsync(string devices, params string[] arguments) =>
        _workplace.RunAsync(["env", $"HWBRIDGE_DEVICE={devices}", "age", .. arguments]);

    /// <summary>Encrypts the plain file.</summary>
    internal async Task<string> EncryptAsync(string devices, params string[] arguments)
    {
        string file = Path.Combine(_workplace.Home, $"{Guid.NewGuid():N}.age");
        Outcome outcome = await AgeAsync(devices, ["-e", .. arguments, "-o", file, Plain]).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        return file;
    }

    /// <summary>Decrypts and expects the plaintext.</summary>
    internal async Task<Outcome> DecryptAsync(string devices, params string[] arguments)
    {
        Outcome outcome = await AgeAsync(devices, ["-d", .. arguments]).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        Assert.That(outcome.Output, Is.EqualTo(Plaintext.TrimEnd('\n')), $"{outcome}");
        return outcome;
    }

    /// <summary>Expects an error of the plugin's own, in age's words, and never the silent death that age reports as EOF.</summary>
    internal static void AssertPluginError(Outcome outcome, string cause)
    {
        Assert.That(outcome.ExitCode, Is.EqualTo(1), $"{outcome}");
        Assert.That(outcome.Output, Is.Empty, $"{outcome}");
        string[] lines = outcome.Error.Split('\n');
        int error = Array.FindIndex(lines, line =>
            line.StartsWith("age: error: ", StringComparison.Ordinal) && line.Contains("hwbridge plugin: ", StringComparison.Ordinal));
        Assert.That(error, Is.Not.Negative, $"{outcome}");
        Assert.That(lines[error], Does.Contain(cause).And.Not.Contain("EOF").And.Not.Contain("defect"), $"{outcome}");
        Assert.That(lines[error + 1], Does.StartWith("  ").And.Length.GreaterThan(12), $"a remedy: {outcome}");
    }

    /// <summary>How many questions the device's screen has shown; its output may be a moment behind.</summary>
    internal static int Confirmations(SoftwareDevice device) => device.Screen.Split("by policy").Length - 1;

    internal static async Task ConfirmedAsync(SoftwareDevice device, int times)
    {
        for (int i = 0; i < 100 && Confirmations(device) < times; i++)
        {
            await Task.Delay(20).ConfigureAwait(false);
        }

        Assert.That(Confirmations(device), Is.EqualTo(times), device.Screen);
    }

    public void Dispose() => _workplace.Dispose();
}
