using System.Runtime.InteropServices;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Terminals;

/// <summary>
/// The controlling terminal with its echo off, key by key, until disposed. Ctrl-C still signals; the keys that suspend
/// or quit do nothing meanwhile, since they would leave the terminal without an echo.
/// </summary>
internal sealed unsafe class SilentTerminal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Descriptor _terminal;
    private readonly LibC.TerminalModes _before;
    private readonly LibC.TerminalModes _silent;
    private readonly PosixSignalRegistration? _continued;
    private bool _isRestored;

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

        _silent = modes;

        // Before the change, so that no moment is without someone to undo it.
        AppDomain.CurrentDomain.ProcessExit += Restore;

        // To a process that was stopped and goes on, the runtime gives the terminal of its start, echo and all, unless it is told not to.
        _continued = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, Silence);
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
        _continued?.Dispose();
        Restore(this, EventArgs.Empty);
    }

    private void Restore(object? sender, EventArgs arguments)
    {
        lock (_lock)
        {
            if (!_isRestored)
            {
                _isRestored = true;
                LibC.TerminalModes modes = _before;
                _ = LibC.tcsetattr(_terminal.Number, LibC.TerminalModes.AfterFlush, &modes);
            }
        }
    }

    private void Silence(PosixSignalContext context)
    {
        lock (_lock)
        {
            if (!_isRestored)
            {
                context.Cancel = true;
                LibC.TerminalModes modes = _silent;
                _ = LibC.tcsetattr(_terminal.Number, LibC.TerminalModes.AtOnce, &modes);
            }
        }
    }
}
