using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Shared.Trezor;

namespace HwBridge.Interop.Trezor;

/// <summary>
/// A software Trezor behind its UDP port, the maker's own programs as its hosts, and one person for both: reads the keypad on the
/// device's screen and types positions into the host, approves or rejects, types on the device.
/// </summary>
internal sealed class TrezorctlBench : IDeviceScreen, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly Bip39Mnemonic? _mnemonic;
    private readonly SoftwareTrezor _device;
    private readonly TrezorUdpServer _server;
    private readonly HashSet<int> _slips = [];
    private StreamWriter? _host;

    internal TrezorctlBench(SoftwareTrezorOptions options, string? mnemonic)
    {
        _mnemonic = mnemonic is null ? null : Bip39Mnemonic.Parse(mnemonic);
        _device = new SoftwareTrezor(options with { Mnemonic = _mnemonic }, this);
        _server = TrezorUdpServer.Start(_device, port: 0);
    }

    internal List<ScreenReview> Shown { get; } = [];

    internal bool Approves { get; set; } = true;

    /// <summary>What the person believes the PIN to be.</summary>
    internal string Pin { get; set; } = "";

    internal string Passphrase { get; set; } = "";

    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        Shown.Add(review);
        return ValueTask.FromResult(Approves);
    }

    /// <summary>The words on the person's paper.</summary>
    internal string[] Words { get; set; } = [];

    public async ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        Shown.Add(notice);
        if (notice.Title == "Please enter on your computer")
        {
            // A word of the seed by its number, or a fake one to be typed as it is.
            string asked = notice.Fields[0].Value;
            await _host!.WriteLineAsync(int.TryParse(asked, out int position) ? Words[position - 1] : asked);
            return;
        }

        if (WordMatrix.Last([.. notice.Lines]) is { } matrix)
        {
            // The first choice of each word is taken back once.
            bool isSlip = matrix.Choice == 2 && _slips.Add(matrix.Word);
            await _host!.WriteLineAsync(isSlip ? "back" : $"{matrix.KeyOf(Words[matrix.Word - 1])}");
            return;
        }

        // Rows as on the screen, top first; the host counts from the bottom.
        string keypad = string.Concat(notice.Fields.Reverse().Select(row => row.Value.Replace(" ", "", StringComparison.Ordinal)));
        await _host!.WriteLineAsync(string.Concat(Pin.Select(digit => (char)('1' + keypad.IndexOf(digit, StringComparison.Ordinal)))));
    }

    public ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken)
    {
        Shown.Add(prompt);
        return ValueTask.FromResult<string?>(prompt.Title.Split(' ') switch
        {
            ["Number", ..] => $"{Words.Length}",
            ["Word", string number, ..] => Words[int.Parse(number, CultureInfo.InvariantCulture) - 1],
            _ => prompt.Title.Contains("PIN", StringComparison.Ordinal) ? Pin : Passphrase,
        });
    }

    /// <summary>Runs trezorctl to its end.</summary>
    internal Task<PeerResult> TrezorctlAsync(params string[] arguments) =>
        RunAsync(["trezorctl", "-p", $"udp:127.0.0.1:{_server.EndPoint.Port}", .. arguments], [], null);

    /// <summary>The same; a passphrase is asked on the device where the model has a keyboard, else on the host.</summary>
    internal Task<PeerResult> TrezorctlOnDeviceAsync(string passphrase, params string[] arguments) => RunAsync(
        ["trezorctl", "-p", $"udp:127.0.0.1:{_server.EndPoint.Port}", .. arguments],
        [],
        start => start.Environment["PASSPHRASE"] = passphrase);

    /// <summary>The same with a passphrase on the host and, where there is one, a session to go on in.</summary>
    internal Task<PeerResult> TrezorctlOnHostAsync(string passphrase, string? session, params string[] arguments) => RunAsync(
        ["trezorctl", "-P", "-p", $"udp:127.0.0.1:{_server.EndPoint.Port}", .. arguments],
        [],
        start =>
        {
            start.Environment["PASSPHRASE"] = passphrase;
            start.Environment["TREZOR_SESSION_ID"] = session;
        });

    /// <summary>Runs a script of this folder with the maker's library.</summary>
    internal Task<PeerResult> ScriptAsync(string script, IEnumerable<string> lines, string? passphrase = null, params string[] arguments) => RunAsync(
        ["/usr/bin/python3", Path.Combine(NodePeer.Root, "Trezor", script), $"{_server.EndPoint.Port}", .. arguments],
        lines,
        start => start.Environment["PASSPHRASE"] = passphrase);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _device.DisposeAsync();
        _mnemonic?.Dispose();
    }

    private async Task<PeerResult> RunAsync(string[] command, IEnumerable<string> lines, Action<ProcessStartInfo>? prepare)
    {
        // Without a terminal of its own the program reads what is typed from its standard input.
        ProcessStartInfo start = new("setsid", ["--wait", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        prepare?.Invoke(start);
        using Process process = Start(start);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        _host = process.StandardInput;
        _host.AutoFlush = true;
        foreach (string line in lines)
        {
            await _host.WriteLineAsync(line);
        }

        if (lines.Any())
        {
            _host.Close();
        }

        using CancellationTokenSource timeout = new(Deadline);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', command)} was not done after {Deadline}: {await output}{await error}");
        }

        string said = await error;
        Assert.That(
            process.ExitCode,
            Is.Not.EqualTo(127).And.Not.EqualTo(126),
            $"install the Debian packages trezor and python3-trezor: {said}");
        return new PeerResult(process.ExitCode, (await output).Trim(), said.Trim());
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("setsid did not start");
        }
        catch (Win32Exception missing)
        {
            throw new AssertionException("setsid is missing: install the Debian package util-linux", missing);
        }
    }
}
