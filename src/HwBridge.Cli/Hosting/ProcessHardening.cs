using System.Globalization;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Hosting;

/// <summary>Closes the ways by which another program of the same user could read this process's memory.</summary>
/// <remarks>
/// No core dump (RLIMIT_CORE 0), no ptrace and no /proc/PID/mem (PR_SET_DUMPABLE 0), and no diagnostics port: the runtime
/// has no setting for that in runtimeconfig.json, only the environment variable DOTNET_EnableDiagnostics=0, which comes too
/// late for a process that already runs. So its socket and pipes are taken off the file system before any secret is
/// read. Who wants the port never to exist, not even for the moment of the start, sets that variable.
/// </remarks>
internal static unsafe class ProcessHardening
{
    /// <summary>Hardens this process; once, first thing in Main.</summary>
    /// <returns>What did not work, one sentence each; normally nothing.</returns>
    internal static IReadOnlyList<string> Apply()
    {
        var failures = new List<string>();
        if (!OperatingSystem.IsLinux())
        {
            failures.Add("Memory dumps and debuggers are shut out on Linux only.");
            return failures;
        }

        // First, since a process that is not dumpable may lose sight of its own /proc entries.
        RemoveDiagnosticsPort(failures);

        LibC.ResourceLimit none = default;
        if (LibC.setrlimit(LibC.LimitCore, &none) != 0)
        {
            failures.Add($"Core dumps could not be switched off ({LibC.LastError()}).");
        }

        if (LibC.prctl(LibC.PrctlSetDumpable, 0, 0, 0, 0) != 0)
        {
            failures.Add($"Debuggers could not be shut out ({LibC.LastError()}).");
        }

        return failures;
    }

    /// <summary>The warning for a process whose secrets could not be kept out of swap; null while all could.</summary>
    /// <remarks>Asks for a page first, so that nobody types a secret before the warning where nothing can be locked.</remarks>
    internal static string? UnlockedMemoryWarning()
    {
        SecretBuffer.Allocate(1).Dispose();
        return SecretBuffer.LockingWorks
            ? null
            : "secrets can't be locked in memory and may reach the swap file: raise the limit (ulimit -l 65536; LimitMEMLOCK=64M in a systemd "
                + "unit), or switch swap off (swapoff -a)";
    }

    private static void RemoveDiagnosticsPort(List<string> failures)
    {
        try
        {
            // The runtime names them by process id and by the start time in ticks, the 22nd field, after "(name)".
            string status = File.ReadAllText("/proc/self/stat");
            string started = status[(status.LastIndexOf(')') + 2)..].Split(' ')[19];
            string owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{started}");
            string folder = Path.GetTempPath();
            File.Delete(Path.Combine(folder, $"dotnet-diagnostic-{owner}-socket"));
            File.Delete(Path.Combine(folder, $"clr-debug-pipe-{owner}-in"));
            File.Delete(Path.Combine(folder, $"clr-debug-pipe-{owner}-out"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failures.Add($"The runtime's diagnostics port could not be closed ({error.Message}): set DOTNET_EnableDiagnostics=0.");
        }
    }
}
