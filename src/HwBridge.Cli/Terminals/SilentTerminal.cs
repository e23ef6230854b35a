using HwBridge.Cli.Hosting;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Terminals;

/// <summary>
/// The controlling terminal with its echo off, key by key, until disposed. Ctrl-C still signals; the keys that suspend
/// or quit do nothing meanwhile, since they would leave the terminal without an echo.
/// </summary>
internal sealed unsafe class SilentTerminal : IDisposable
{
    private readonly Descriptor _terminal;
    private readonly LibC.TerminalModes _before;
    private int _restored;

    /// <summary>Switches the echo off, and throws away what was typed before the question.</summary>
    /// <exception cref="IOException">Not a terminal.</exception>
    internal SilentTerminal(Descriptor terminal)
    {
        _terminal = terminal;
        LibC.TerminalModes modes;
        if (LibC.tcgetattr(terminal.Number, &modes) != 0)
        {
            throw new IOException(LibC.LastError());
        }

        _before = modes;
        modes.Local &= ~(LibC.TerminalModes.Canonical | LibC.TerminalModes.Echo | LibC.TerminalModes.EchoNewline);
        modes.Keys[LibC.TerminalModes.MinimumBytes] = 1;
        modes.Keys[LibC.TerminalModes.WaitTime] = 0;
        modes.Keys[LibC.TerminalModes.QuitKey] = 0;
        modes.Keys[LibC.TerminalModes.SuspendKey] = 0;

        // Before the change, so that no moment is without someone to undo it.
        AppDomain.CurrentDomain.ProcessExit += Restore;
        if (LibC.tcsetattr(terminal.Number, LibC.TerminalModes.AfterFlush, &modes) != 0)
        {
            string error = LibC.LastError();
            Dispose();
            throw new IOException(error);
        }
    }

    /// <summary>Gives the echo back, and throws away what was typed after the answer: it may be the rest of a pasted secret.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Restore;
        Restore(this, EventArgs.Empty);
    }

    private void Restore(object? sender, EventArgs arguments)
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0)
        {
            LibC.TerminalModes modes = _before;
            _ = LibC.tcsetattr(_terminal.Number, LibC.TerminalModes.AfterFlush, &modes);
        }
    }
}
