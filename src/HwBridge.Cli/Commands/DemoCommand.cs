using System.CommandLine;
using HwBridge.Backups.Files;
using HwBridge.Cli.Embedded;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Seeds;

namespace HwBridge.Cli.Commands;

/// <summary><c>demo</c>: the main job from start to end on the embedded devices, with the real commands.</summary>
internal static class DemoCommand
{
    private const int Validators = 3;

    internal static Command Create(CommandRunner runner)
    {
        Command command = new("demo", "The main job from start to end on the embedded software devices, saying what it does as it goes");
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            if (context.Answer.Json)
            {
                throw new FaultException(Fault.Usage, "the demo is a walk for a person, not one JSON document", "Leave out --json.");
            }

            DirectoryInfo folder = Directory.CreateTempSubdirectory("hwbridge-demo-");
            string before = Environment.CurrentDirectory;
            try
            {
                Environment.CurrentDirectory = folder.FullName;
                await new Walk(Console.Out, cancellationToken).TakeAsync().ConfigureAwait(false);
            }
            finally
            {
                Environment.CurrentDirectory = before;
                folder.Delete(recursive: true);
            }

            Console.Out.WriteLine("\n# Everything matched. The demo's folder has been removed.");
            return 0;
        }));
        return command;
    }

    private sealed class Walk(TextWriter output, CancellationToken cancellationToken)
    {
        internal async Task TakeAsync()
        {
            Say("A staker has three validators. Their keystores lie in validator_keys, as the deposit tool wrote them.");
            MakeKeystores();

            Say("1. Export a backup onto the Ledger: a file that only this Ledger opens, in two copies, each read back.");
            await RunAsync(
                0,
                "backup",
                "create",
                "--from",
                "validator_keys",
                "--password-file",
                "password.txt",
                "--to",
                "emulator:ledger",
                "--out",
                "backup.age",
                "--copies",
                "copy.age").ConfigureAwait(false);
            await RunAsync(0, "backup", "verify", "backup.age", "copy.age").ConfigureAwait(false);

            Say("2. Derive the validators' public keys from the Trezor: it confirms once, the computer forgets the secret at once.");
            await RunAsync(
                0,
                "pubkeys",
                "--device",
                "emulator:trezor",
                "--index",
                "0-2",
                "--out",
                "trezor-keys.json").ConfigureAwait(false);

            Say("3. Prove that both wallets still restore the expected keys.");
            await RunAsync(0, "check", "--device", "emulator:ledger", "--expect", "validator_keys").ConfigureAwait(false);
            await RunAsync(
                0,
                "check",
                "--device",
                "emulator:ledger",
                "--expect",
                "validator_keys",
                "--backup",
                "copy.age").ConfigureAwait(false);
            await RunAsync(0, "check", "--device", "emulator:trezor", "--expect", "trezor-keys.json").ConfigureAwait(false);

            Say("A wallet with other words says so (exit code 1).");
            await RunAsync(
                Fault.Mismatch.ExitCode(),
                "check",
                "--device",
                "emulator:ledger",
                "--expect",
                "trezor-keys.json").ConfigureAwait(false);

            Say("And when the disk is dead: the Ledger opens the copy, and new keystores are written under a new password.");
            await RunAsync(
                0,
                "backup",
                "open",
                "--backup",
                "copy.age",
                "--device",
                "emulator:ledger",
                "--out",
                "restored",
                "--password-file",
                "new-password.txt").ConfigureAwait(false);
            await RunAsync(0, "check", "--device", "emulator:ledger", "--expect", "restored").ConfigureAwait(false);
        }

        private void Say(string text) => output.WriteLine($"\n# {text}");

        private async Task RunAsync(int expected, params string[] args)
        {
            output.WriteLine($"> hwbridge {string.Join(' ', args)}");
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            int exit = await CommandLine.InvokeAsync(args, output, Console.Error, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (exit != expected)
            {
                throw new FaultException(
                    Fault.Mismatch,
                    $"the demo's command ended with {exit} instead of {expected}",
                    "Run it with --verbose and report what it says.");
            }
        }

        private static void MakeKeystores()
        {
            AtomicFile.Write("password.txt", "correct horse battery staple\n"u8, overwrite: false, CancellationToken.None);
            AtomicFile.Write("new-password.txt", "another one, for the restored keys\n"u8, overwrite: false, CancellationToken.None);
            Directory.CreateDirectory("validator_keys");
            using SecretBuffer password = SecretBuffer.CopyOf("correct horse battery staple"u8);
            using Bip39Mnemonic mnemonic = PublishedSeeds.Ledger();
            using SecretBuffer seed = mnemonic.DeriveSeed();
            using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed.Span);
            Parallel.For(0, Validators, index =>
            {
                ValidatorKeyPath path = ValidatorKeyPath.Signing((uint)index);
                using BlsSecretKey key = Eip2333KeyDerivation.Derive(master, path);
                System.Buffers.ArrayBufferWriter<byte> json = new();
                Keystore.Encrypt(key, path, password, KeystoreKdf.Scrypt, CancellationToken.None).WriteTo(json);
                AtomicFile.Write(
                    Path.Combine("validator_keys", $"keystore-m_12381_3600_{index}_0_0-1700000000.json"),
                    json.WrittenSpan,
                    overwrite: false,
                    CancellationToken.None);
            });
        }
    }
}
