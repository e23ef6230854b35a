using System.Runtime.InteropServices;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Hosting;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into a token; a second one ends the process at once with exit code 130.</summary>
/// <remarks>
/// At once means without waiting for the work: the terminal gets its echo back, and the memory goes back to the system,
/// never to swap or a dump. Wiping it under a thread that still works would make that thread use zeros for a key.
/// </remarks>
internal sealed class CancelOnSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <summary>Listens from now on.</summary>
    internal CancelOnSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        // The source stays: it holds nothing to free, and a signal may be on its way to it.
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Environment.Exit(Fault.Cancelled.ExitCode());
        }

        // Not on this thread: what the token stops must not hold up the second signal.
        _ = _source.CancelAsync();
    }
}
