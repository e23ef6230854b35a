using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using HwBridge.Cli.Doctor;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Devices;

namespace HwBridge.Cli.Commands;

/// <summary><c>doctor</c>: what stands between this machine and a working device, and the command that mends it.</summary>
internal static class DoctorCommand
{
    private const string Root = "/";
    private static readonly TimeSpan ToolDeadline = TimeSpan.FromSeconds(30);

    internal static Command Create(CommandRunner runner)
    {
        Option<bool> install = new("--install-udev")
        {
            Description = "Show the rules of udev that let you open a Ledger or Trezor, write them (as root), and look again",
        };
        Option<bool> yes = new("--yes") { Description = "Write them without asking" };
        Command command = new("doctor", "Says what stands between this computer and a working wallet, and what mends it; exit code 1 if something does")
        {
            install,
            yes,
        };
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            if (context.Parsed.GetValue(install))
            {
                await InstallAsync(context, context.Parsed.GetValue(yes), cancellationToken).ConfigureAwait(false);
                if (PersonBehindSudo() is { } person)
                {
                    return await LookAgainAsync(person, context.Answer.Json, cancellationToken).ConfigureAwait(false);
                }
            }

            IReadOnlyList<Finding> findings =
                await new Examination(Root, AttachedDevices.OfSystem, context.Person).RunAsync(cancellationToken).ConfigureAwait(false);
            DoctorAnswer answer = DoctorAnswer.Of(findings);
            context.Answer.Give(answer, json => json.DoctorAnswer, text =>
            {
                foreach (FindingAnswer finding in answer.Findings)
                {
                    text.WriteLine($"{finding.Status,-8} {finding.Check,-8} {finding.Message}");
                    if (finding.Remedy is not null)
                    {
                        text.WriteLine($"                  -> {finding.Remedy}");
                    }
                }
            });
            return answer.Result == "ready" ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }

    private static async Task InstallAsync(CommandContext context, bool yes, CancellationToken cancellationToken)
    {
        UdevRules rules = new(Root);
        context.Person.Tell($"{rules.Path}:\n{rules.Text}");
        if (!Environment.IsPrivilegedProcess)
        {
            throw new FaultException(Fault.DevicePermission, $"only root may write {rules.Path}", "sudo hwbridge doctor --install-udev");
        }

        if (!yes && !await context.Person.ConfirmAsync("Write this file?", cancellationToken).ConfigureAwait(false))
        {
            throw new FaultException(Fault.Cancelled, "the rules were not written", "Run it again when you want them; --yes writes them without asking.");
        }

        rules.Install(cancellationToken);
        await UdevadmAsync(["control", "--reload"], cancellationToken).ConfigureAwait(false);
        await UdevadmAsync(["trigger", "--action=add", "--subsystem-match=hidraw", "--subsystem-match=usb"], cancellationToken).ConfigureAwait(false);
        await UdevadmAsync(["settle", "--timeout=10"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Root may open everything: whether the rules work is seen by opening the device as the person for whom they are.</summary>
    private static ProcessStartInfo? PersonBehindSudo() =>
        Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } user
        && Environment.ProcessPath is { } program
        && Path.GetFileNameWithoutExtension(program) == "hwbridge"
            ? new ProcessStartInfo("runuser", ["-u", user, "--", program])
            : null;

    private static async Task<int> LookAgainAsync(ProcessStartInfo person, bool json, CancellationToken cancellationToken)
    {
        if (json)
        {
            person.ArgumentList.Add("--json");
        }

        person.ArgumentList.Add("doctor");
        try
        {
            using Process looking = Process.Start(person)!;
            await looking.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return looking.ExitCode;
        }
        catch (Win32Exception missing)
        {
            throw new FaultException(
                Fault.Io, $"the rules are written, but runuser can't be run ({missing.Message})", "See whether they work: hwbridge doctor", missing);
        }
    }

    private static async Task UdevadmAsync(string[] arguments, CancellationToken cancellationToken)
    {
        const string Remedy = "The rules are written; unplug the device and plug it in again.";
        string line = $"udevadm {string.Join(' ', arguments)}";
        try
        {
            using Process tool = Process.Start(new ProcessStartInfo("udevadm", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ToolDeadline);
            Task<string> said = tool.StandardError.ReadToEndAsync(limit.Token);
            await tool.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (tool.ExitCode != 0)
            {
                throw new FaultException(Fault.Io, $"{line} failed: {(await said.ConfigureAwait(false)).Trim()}", Remedy);
            }
        }
        catch (Win32Exception missing)
        {
            throw new FaultException(Fault.Io, $"udevadm can't be run ({missing.Message})", Remedy, missing);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FaultException(Fault.Io, $"{line} did not end within {ToolDeadline.TotalSeconds:0} s", Remedy);
        }
    }
}
