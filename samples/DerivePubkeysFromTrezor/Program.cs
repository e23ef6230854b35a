// Prints the public keys of the first validators of a Trezor.
//   dotnet run --project samples/DerivePubkeysFromTrezor -- trezor+udp://127.0.0.1:21324 3
using System.Globalization;
using HwBridge.Core.Eip2334;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;

await using IKeyStore trezor = await DeviceConnector.OpenAsync(
    DeviceUri.Parse(args[0]),
    new ConnectOptions(),
    new SamplePerson(),
    CancellationToken.None);

// Stock firmware knows no BLS: the device confirms once, and the keys are derived in locked memory (origin deviceRooted).
IValidatorKeys keys = trezor.Require<IValidatorKeys>("derive validator keys");
IEnumerable<ValidatorKeyPath> paths = Enumerable.Range(
    0,
    int.Parse(args[1], CultureInfo.InvariantCulture)).Select(i => ValidatorKeyPath.Signing((uint)i));
await foreach (DerivedKey key in keys.GetPublicKeysAsync(paths, confirm: false, CancellationToken.None))
{
    Console.WriteLine($"{key.Path}  {key.PublicKey}  {keys.Origin}");
}
