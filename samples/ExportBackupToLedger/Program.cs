// Encrypts a folder of keystores so that one Ledger opens it, after a confirmation on its screen.
//   dotnet run --project samples/ExportBackupToLedger -- ledger+tcp://127.0.0.1:9999 validator_keys password.txt backup.age
using HwBridge.Backups;
using HwBridge.Backups.Files;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices;

IReadOnlyList<Keystore> keystores = await KeyFiles.ReadKeystoresAsync([args[1]], CancellationToken.None);
using SecretBuffer password = await InputFile.ReadSecretAsync(args[2], maxSize: 1024, CancellationToken.None);

await using IKeyStore ledger = await DeviceConnector.OpenAsync(
    DeviceUri.Parse(args[0]),
    new ConnectOptions(),
    new SamplePerson(),
    CancellationToken.None);
ISealing sealing = ledger.Require<ISealing>("seal backups");
X25519PublicKey recipient = await sealing.GetPublicKeyAsync(confirm: false, CancellationToken.None);
await SealingProof.RequireAsync(sealing, recipient, CancellationToken.None);

BackupReceipt receipt = await BackupCreator.CreateAsync(
    new BackupRequest
    {
        Keystores = [.. keystores.Select(keystore => new KeystoreInput(keystore, password))],
        Recipients = [recipient],
        Files = [args[3]],
    },
    progress: null,
    CancellationToken.None);
Console.WriteLine($"{receipt.Files[0]}: {receipt.Validators.Count} keys, read back and verified");
