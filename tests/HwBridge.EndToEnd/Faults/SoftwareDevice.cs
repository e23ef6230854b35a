using System.Text.Json;

namespace HwBridge.EndToEnd.Faults;

/// <summary>A software device in another process, on any free port.</summary>
internal sealed class SoftwareDevice : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RunningCommand _running;

    private SoftwareDevice(RunningCommand running) => _running = running;

    /// <summary>Its device URI.</summary>
    internal string Uri { get; private set; } = string.Empty;

    internal int Port => new Uri(Uri).Port;

    /// <summary>What its screen has shown.</summary>
    internal string Screen => string.Join('\n', _running.Error);

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="workplace">Where it runs.</param>
    /// <param name="maker">ledger or trezor.</param>
    /// <param name="options">More options; <c>--approve ask</c> gets nobody to answer.</param>
    internal static async Task<SoftwareDevice> StartAsync(Workplace workplace, string maker, params string[] options)
    {
        RunningCommand running = RunningCommand.Program(workplace.Home, holdsInput: true, ["hwbridge", "--json", "emulator", maker, "--port", "0", .. options]);
        SoftwareDevice device = new(running);
        await running.WaitForAsync(() => running.Output.Contains("}"), Patience, $"emulator {maker}").ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(string.Join('\n', running.Output));
        device.Uri = document.RootElement.GetProperty("device").GetString()!;
        return device;
    }

    /// <summary>Waits until the screen shows more than it did.</summary>
    internal Task ShowsMoreThanAsync(int lines) => _running.WaitForAsync(() => _running.Error.Count > lines, Patience, "the screen");

    internal int Lines => _running.Error.Count;

    /// <summary>Gives the answer of a person at its screen.</summary>
    internal void Answer(string line) => _running.Type(line);

    public void Dispose() => _running.Dispose();
}
