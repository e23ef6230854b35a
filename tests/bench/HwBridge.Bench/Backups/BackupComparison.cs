using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using HwBridge.Bench.Eip2335;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Bench.Backups;

/// <summary>A whole run of <c>hwbridge backup create</c> from many keystores, against the key derivations alone.</summary>
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
        string recipient = AgeRecipient.Format(new X25519PublicKey(RandomNumberGenerator.GetBytes(X25519PublicKey.Size)));
        int number = 0;
        double[][] medians = await Turns.MediansAsync(effort.Of(1, 1), CreateAsync, DeriveAsync);
        (double wall, double processor, double memory) = (medians[0][0], medians[0][1], medians[0][2]);
        (double alone, double together) = (medians[1][0], medians[1][1]);
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
        ];

        async Task<double[]> CreateAsync()
        {
            string[] command = ["backup", "create", "--from", keystores, "--to", recipient, "--password-file", password];
            ProcessStartInfo start = new(hwbridge, [.. command, "--out", folder.File($"backup-{number++}.age")]);
            ProgramRun run = await ProgramRun.Of(start, watch: true);
            return [run.Wall, run.Processor, run.PeakMemory];
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
