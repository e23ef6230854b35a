// Does this wallet still give the keys that these files name? Exit code 0 only if every one.
//   dotnet run --project samples/CheckRestore -- ledger+tcp://127.0.0.1:9999 validator_keys deposit_data-1700000000.json
using HwBridge.Backups.Checks;
using HwBridge.Backups.Files;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;

ExpectedKeySet expected = await KeyFiles.ReadExpectedKeysAsync(args[1..], CancellationToken.None);
await using IKeyStore device = await DeviceConnector.OpenAsync(
    DeviceUri.Parse(args[0]),
    new ConnectOptions(),
    new SamplePerson(),
    CancellationToken.None);

IValidatorKeys keys = device.Require<IValidatorKeys>("derive validator keys");
RestoreReport report = await RestoreCheck.AgainstDeviceAsync(expected.Keys, keys, scan: null, progress: null, CancellationToken.None);
foreach (CheckedKey key in report.Keys)
{
    Console.WriteLine($"{key.Status}  {key.Expected.PublicKey}  {key.Path}");
}

return report.IsMatch ? 0 : 1;
