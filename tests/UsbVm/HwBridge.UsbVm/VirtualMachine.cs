using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace HwBridge.UsbVm;

/// <summary>A Debian kernel under qemu's software emulation, whose programs are this machine's own, read-only.</summary>
/// <remarks>
/// <code>
///   guest: / in memory (busybox) -> /host = this machine's /, 9p, read-only; its /mnt = the tests' programs, its /srv = a folder to write
/// </code>
/// </remarks>
internal static class VirtualMachine
{
    private const string Emulator = "qemu-system-x86_64";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Boots, runs a command with these programs at /mnt and this folder at /srv, and powers off.</summary>
    /// <returns>What the guest's console said.</returns>
    internal static async Task<string> RunAsync(DebianKernel kernel, string programs, string results, string command)
    {
        string disk = Path.Combine(results, "initramfs.gz");
        WriteInitramfs(kernel, disk, command);
        using Process machine = HostTool.Start(
            results,
            Emulator,
            [
                "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "2048",
                "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-nic", "none",
                "-kernel", kernel.Image, "-initrd", disk,
                "-append", "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check",
                .. Share("host", "/", isReadOnly: true), .. Share("programs", programs, isReadOnly: true), .. Share("results", results, isReadOnly: false),
            ]);
        StringBuilder console = new();
        Task reading = Task.Run(async () =>
        {
            while (await machine.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                console.AppendLine(line);
                await TestContext.Progress.WriteLineAsync($"guest: {line}").ConfigureAwait(false);
            }
        });
        using CancellationTokenSource late = new(Limit);
        try
        {
            await machine.WaitForExitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            machine.Kill();
            console.AppendLine("stopped: the guest took too long");
        }

        await reading.ConfigureAwait(false);
        return console.ToString();
    }

    private static string[] Share(string tag, string path, bool isReadOnly) =>
    [
        "-virtfs", $"local,path={path},mount_tag={tag},security_model=none,multidevs=remap{(isReadOnly ? ",readonly=on" : string.Empty)}",
    ];

    private static void WriteInitramfs(DebianKernel kernel, string path, string command)
    {
        string runtime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using Initramfs archive = new(path);
        foreach (string folder in (string[])["bin", "dev", "host", "modules", "proc", "sys"])
        {
            archive.AddFolder(folder);
        }

        archive.AddFile("bin/busybox", kernel.Busybox);
        StringBuilder order = new();
        foreach ((string name, byte[] content) in kernel.Modules)
        {
            archive.AddFile($"modules/{name}.ko", content);
            order.Append(name).Append('\n');
        }

        archive.AddFile("modules/order", Encoding.ASCII.GetBytes(order.ToString()));
        archive.AddFile("init", Encoding.ASCII.GetBytes(
            $"""
            #!/bin/busybox sh
            /bin/busybox --install -s /bin
            mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mkdir -p /dev/pts /dev/shm; ip link set lo up
            while read module; do insmod /modules/$module.ko || echo "module $module was not loaded"; done < /modules/order
            share=trans=virtio,version=9p2000.L,msize=1048576
            mount -t 9p -o ro,cache=loose,$share host /host && mount -t 9p -o ro,cache=loose,$share programs /host/mnt || poweroff -f
            mount -t tmpfs tmp /host/tmp; mount -t tmpfs run /host/run; chmod 1777 /host/tmp
            for folder in proc sys dev; do mount --bind /$folder /host/$folder; done
            mount -t devpts pts /dev/pts; mount -t tmpfs shm /dev/shm; chmod 1777 /dev/shm
            mkdir /etc /layer; mount -t tmpfs layer /layer; mkdir /layer/new /layer/work
            mount -t overlay -o lowerdir=/host/etc,upperdir=/layer/new,workdir=/layer/work etc /host/etc || echo "/etc can not be written"
            mount -t 9p -o $share results /host/srv || poweroff -f
            echo "guest is up after $(cut -d' ' -f1 /proc/uptime) s"
            chroot /host /usr/bin/env -i PATH=/mnt/machine/kernel/udev/bin:/mnt/machine/kernel/udev/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp DOTNET_ROOT={runtime} SYSTEMD_IGNORE_CHROOT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 {command} 2> /errors
            code=$?; cat /errors
            echo "guest ends after $(cut -d' ' -f1 /proc/uptime) s with $code"
            sync; poweroff -f

            """.ReplaceLineEndings("\n")));
    }
}
