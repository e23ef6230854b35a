using System.Diagnostics;
using System.Security.Cryptography;
using HwBridge.Bench.Running;
using HwBridge.Core.Cryptography;
using HwBridge.Protocols.Age;

namespace HwBridge.Bench.Copies;

/// <summary>A large file encrypted and decrypted by the layer under the commands, and rewrapped by the program, against the age program.</summary>
internal static class AgeComparison
{
    private const string Memory = "/dev/shm";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        long size = effort.Of(1024, 16) * (1L << 20);
        int rounds = effort.Of(5, 1);
        string age = (await ProgramRun.Of("age", "--version")).Output.Trim();
        string hwbridge = await Repository.PublishProgramAsync();
        using TemporaryFolder folder = new(Directory.Exists(Memory) ? Memory : null);
        string plain = folder.File("plain");
        string ourKey = folder.File("our-key");
        string agesKey = folder.File("ages-key");
        string output = folder.File("output");
        await WriteRandomAsync(plain, size);
        byte[] scalar = RandomNumberGenerator.GetBytes(X25519.Size);
        await File.WriteAllBytesAsync(ourKey, scalar);
        string ours = AgeRecipient.Format(X25519.GetPublicKey(scalar));
        await ProgramRun.Of("age-keygen", "-o", agesKey);
        string ages = (await ProgramRun.Of("age-keygen", "-y", agesKey)).Output.Trim();
        string forUs = folder.File("for-us.age");
        string forAge = folder.File("for-age.age");
        await ProgramRun.Of("age", "-r", ours, "-o", forUs, plain);
        await ProgramRun.Of("age", "-r", ages, "-o", forAge, plain);

        List<Row> rows = [];
        foreach (string target in (string[])["/dev/null", output])
        {
            string where = target == output ? "a new file in memory" : target;
            double[][] medians = await Turns.MediansAsync(
                rounds,
                () => HostAsync(AgeHost.Encryption, plain, target),
                () => HostAsync(AgeHost.EncryptionWithDigest, plain, target),
                () => AgeAsync(target, "-r", ages, "-o", target, plain),
                () => HostAsync(AgeHost.Decryption, forUs, target),
                () => AgeAsync(target, "-d", "-i", agesKey, "-o", target, forAge));
            rows.Add(Row($"{size >> 20} MiB encrypted to {where}", medians[0][0], "age -e", medians[2][0]));
            rows.Add(Row($"{size >> 20} MiB encrypted with our digest to {where}", medians[1][0], "age -e (no digest)", medians[2][0]));
            rows.Add(Row($"{size >> 20} MiB decrypted to {where}", medians[3][0], "age -d", medians[4][0]));
        }

        using ServingProgram device = new(hwbridge, "--quiet", "emulator", "ledger", "--port", "0");
        string recipient = (await ProgramRun.Of(hwbridge, "--quiet", "recipient", "--device", device.Uri)).Output.Trim();
        File.Delete(forUs);
        await ProgramRun.Of("age", "-r", recipient, "-o", forUs, plain);
        File.Delete(plain);
        double[][] rewrapped = await Turns.MediansAsync(
            rounds,
            () => TimeAsync(output, hwbridge, "--quiet", "backup", "rewrap", "--backup", forUs, "--device", device.Uri, "--to", ages, "--out", output),
            () => TimeAsync(output, "bash", "-c", $"age -d -i '{agesKey}' '{forAge}' | age -e -r '{ages}' -o '{output}'"));
        rows.Add(Row(
            $"{size >> 20} MiB: `hwbridge backup rewrap`, the whole process, with its checks before and after",
            rewrapped[0][0],
            "age -d &#124; age -e, unchecked",
            rewrapped[1][0]) with
        { Target = null });
        return rows;

        Row Row(string what, double time, string peer, double peerTime) =>
            new(what, time, string.Empty) { Peer = $"{peer} ({age})", PeerTime = peerTime, Target = "≤ 1 × peer" };

        Task<double[]> HostAsync(string direction, string from, string to) =>
            TimeAsync(to, Environment.ProcessPath!, AgeHost.Argument, direction, ourKey, from, to);

        static Task<double[]> AgeAsync(string to, params string[] arguments) => TimeAsync(to, "age", arguments);
    }

    /// <summary>Each writes a new file: to overwrite one is other work.</summary>
    private static async Task<double[]> TimeAsync(string output, string program, params string[] arguments)
    {
        if (File.Exists(output) && !output.StartsWith("/dev/null", StringComparison.Ordinal))
        {
            File.Delete(output);
        }

        return [(await ProgramRun.Of(new ProcessStartInfo(program, arguments), watch: false)).Wall];
    }

    private static async Task WriteRandomAsync(string path, long size)
    {
        byte[] block = new byte[1 << 20];
        using FileStream file = File.Create(path);
        for (long written = 0; written < size; written += block.Length)
        {
            RandomNumberGenerator.Fill(block);
            await file.WriteAsync(block);
        }
    }
}
