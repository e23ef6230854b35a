using System.Runtime.InteropServices;
using System.Text;
using HwBridge.Transports.Linux;

namespace HwBridge.Shared.Terminals;

/// <summary>A real terminal of the kernel, with the test in the place of screen and keyboard.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private readonly StringBuilder _screen = new();
    private readonly Descriptor _master;
    private readonly Descriptor _line;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _reading;

    internal unsafe PseudoTerminal()
    {
        _master = Descriptor.Open("/dev/ptmx", LibC.ReadWrite);
        byte* name = stackalloc byte[64];
        Assert.That(grantpt(_master.Number) == 0 && unlockpt(_master.Number) == 0 && ptsname_r(_master.Number, name, 64) == 0, Is.True);
        Path = Marshal.PtrToStringUTF8((nint)name)!;

        // Held open, so that the modes outlive the programs that use the terminal.
        _line = Descriptor.Open(Path, LibC.ReadWrite);
        _reading = Task.Factory.StartNew(ReadScreen, TaskCreationOptions.LongRunning);
    }

    /// <summary>The device file that a program opens.</summary>
    internal string Path { get; }

    /// <summary>All that was ever shown.</summary>
    internal string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    internal bool Echoes => (Modes.Local & LibC.TerminalModes.Echo) != 0;

    internal unsafe LibC.TerminalModes Modes
    {
        get
        {
            LibC.TerminalModes modes;
            Assert.That(LibC.tcgetattr(_line.Number, &modes), Is.Zero);
            return modes;
        }
    }

    internal void Type(string keys) => Type(Encoding.UTF8.GetBytes(keys));

    internal void Type(ReadOnlySpan<byte> keys) => _master.Write(keys);

    /// <summary>Waits until <paramref name="text"/> is on the screen.</summary>
    internal async Task ShowsAsync(string text, CancellationToken cancellationToken) =>
        await UntilAsync(() => Screen.Contains(text, StringComparison.Ordinal), cancellationToken);

    internal static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _reading.Wait();
        _line.Dispose();
        _master.Dispose();
        _closed.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int grantpt(int descriptor);

    [LibraryImport("libc")]
    private static partial int unlockpt(int descriptor);

    [LibraryImport("libc")]
    private static unsafe partial int ptsname_r(int descriptor, byte* name, nuint size);

    private void ReadScreen()
    {
        Span<byte> bytes = stackalloc byte[256];
        try
        {
            while (true)
            {
                int count = _master.Read(bytes, _closed.Token);
                lock (_screen)
                {
                    _screen.Append(Encoding.Latin1.GetString(bytes[..count]));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
