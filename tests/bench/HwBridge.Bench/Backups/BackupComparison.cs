using System.Buffers;
using System.Diagnostics;
using HwBridge.Bench.Eip2335;
using HwBridge.Bench.Exchange;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.Bench.Backups;

/// <summary>
/// Whole runs of <c>hwbridge backup create</c> from many keystores, and of <c>backup open</c> with a software Ledger that approves at
/// once, against the key derivations alone.
/// </summary>
internal static class BackupComparison
{
    /// <summary>What the program may hold besides one key derivation's memory for each core.</summary>
    private const long OtherMemory = 64 << 20;

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        int count = effort.Of(100, 4);
        int cores = Environment.ProcessorCount;
        using TemporaryFolder folder = new();
        string hwbridge = await Repository.PublishProgramAsync();
        string keystores = folder.File("keystores");
        string password = folder.File("password");
        WriteKeystores(keystores, password, count);
        string seed = folder.File("seed");
        await File.WriteAllTextAsync(seed, RecitingLedger.Mnemonic);
        using ServingProgram ledger = new(hwbridge, "--quiet", "emulator", "ledger", "--port", "0", "--seed-file", seed, "--approve", "always");
        string recipient = (await ProgramRun.Of(hwbridge, "recipient", "--device", ledger.Uri)).Output.Trim();
        int number = 0;
        double[][] medians = await Turns.MediansAsync(effort.Of(1, 1), CreateAsync, OpenAsync, DeriveAsync);
        (double wall, double processor, double memory) = (medians[0][0], medians[0][1], medians[0][2]);
        double open = medians[1][0];
        (double alone, double together) = (medians[2][0], medians[2][1]);
        long bound = (cores * KeystoreKdf.Scrypt.MemoryBytes) + OtherMemory;
        string use = $"{100 * processor / (wall * cores):0} % of {cores} cores, peak {memory / (1 << 20):0} MiB of {bound >> 20} MiB allowed";
        string what = $"`backup create` from {count} scrypt keystores ({use})";
        return
        [
            new Row(what, wall, $"one KDF ({Row.Time(together)} by libsodium straight, on all cores) × {count} ÷ {cores}")
            {
                LimitTime = together * count / cores,
                Target = "≤ 1.1 × limit",
            },
            new Row(what, wall, $"one KDF ({Row.Time(alone)} by libsodium straight, alone) × {count} ÷ {cores}")
            {
                LimitTime = alone * count / cores,
            },
            new Row(
                $"`backup open` of {count} validators with one device and one confirmation, each scrypt keystore read back and decrypted",
                open,
                $"one KDF ({Row.Time(together)}, on all cores) × {2 * count} ÷ {cores}")
            {
                LimitTime = together * 2 * count / cores,
                Target = "≤ 1.1 × limit",
            },
        ];

        async Task<double[]> CreateAsync()
        {
            string[] command = ["backup", "create", "--from", keystores, "--to", recipient, "--password-file", password];
            ProcessStartInfo start = new(hwbridge, [.. command, "--out", folder.File($"backup-{++number}.age")]);
            ProgramRun run = await ProgramRun.Of(start, watch: true);
            return [run.Wall, run.Processor, run.PeakMemory];
        }

        async Task<double[]> OpenAsync()
        {
            string[] command = ["backup", "open", "--backup", folder.File($"backup-{number}.age"), "--device", ledger.Uri];
            return [(await ProgramRun.Of(hwbridge, [.. command, "--password-file", password, "--out", folder.File($"restored-{number}")])).Wall];
        }

        Task<double[]> DeriveAsync() =>
            Task.FromResult<double[]>([OneKdf.Time(threads: 1, effort.Of(5, 1)), OneKdf.Time(cores, effort.Of(5, 1))]);
    }

    private static void WriteKeystores(string folder, string passwordFile, int count)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(passwordFile, OneKdf.Password);
        using SecretBuffer password = SecretBuffer.CopyOf(OneKdf.Password);
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(new byte[32]);
        ParallelOptions allCores = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, allCores, index =>
        {
            using BlsSecretKey key = Eip2333KeyDerivation.DeriveChild(master, (uint)index);
            ArrayBufferWriter<byte> json = new();
            ValidatorKeyPath path = ValidatorKeyPath.Signing((uint)index);
            Keystore.Encrypt(key, path, password, KeystoreKdf.Scrypt, CancellationToken.None).WriteTo(json);
            File.WriteAllBytes(Path.Combine(folder, $"keystore-{index}.json"), json.WrittenSpan);
        });
    }
}
