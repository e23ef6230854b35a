using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>The Trezor host and the software Trezor, which was built from the recordings on its own, talk to each other.</summary>
public sealed class SoftwareTrezorTests
{
    private const string All = "all all all all all all all all all all all all";
    private const string Abandon = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    [Test]
    public async Task GetPublicKeys_EitherFirmware_GivesTheSameKeysForASeed(
        [Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(All) });
        await using TrezorKeyStore store = await bench.OpenAsync();
        bench.Screen.Answer(true);
        List<string> keys = await KeysAsync(store);
        Assert.That(keys, Is.EqualTo((string[])
        [
            "0x87d5e9cc30b75468237cc84629f1d55bb5651303d0b88bd11e66af06d0e2e4ca50feb96d2847078ec7ef04563dd5f73d",
            "0xa716f1d43ad6cb3ae730f888a904c2bbed1948c17679a19776e246949f54221bdced673e55a22eac78e19ab24f79bba8",
        ]));
        Assert.That(bench.Screen.Shown, Has.Count.EqualTo(1));
        Assert.That(bench.Screen.Shown.Single().Lines, Has.Some.Contains("HwBridge: validator keys #0"));
    }

    [Test]
    public async Task GetPublicKeys_AnotherSeed_GivesOtherKeys()
    {
        List<string>[] keys = new List<string>[2];
        for (int i = 0; i < 2; i++)
        {
            await using Bench bench = new(new SoftwareTrezorOptions
            {
                Flavour = i == 0 ? TrezorFlavour.Legacy : TrezorFlavour.Core,
                Mnemonic = Bip39Mnemonic.Parse(Abandon),
            });
            await using TrezorKeyStore store = await bench.OpenAsync();
            bench.Screen.Answer(true);
            keys[i] = await KeysAsync(store);
        }

        Assert.That(keys[0], Is.EqualTo(keys[1]));
        Assert.That(keys[0][0], Does.Not.Contain("87d5e9cc30b75468"));
    }

    [Test]
    public async Task Agree_AnyPeer_IsTheSecretThatThePeerHas([Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(Abandon) });
        await using TrezorKeyStore store = await bench.OpenAsync(new TrezorOptions { Label = "my vault" });
        ISealing sealing = store.Get<ISealing>();
        X25519PublicKey key = await sealing.GetPublicKeyAsync(confirm: false, default);
        for (int i = 0; i < 5; i++)
        {
            byte[] ephemeral = RandomNumberGenerator.GetBytes(32);
            bench.Screen.Answer(true);
            using SecretBuffer secret = await sealing.AgreeAsync(X25519.GetPublicKey(ephemeral), default);
            byte[] expected = new byte[32];
            Assert.That(X25519.TryAgree(ephemeral, key, expected), Is.True);
            Assert.That(secret.Span.ToArray(), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Agree_PeerOfSmallOrder_IsRefused([Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(All) });
        await using TrezorKeyStore store = await bench.OpenAsync();
        bench.Screen.Answer(true);
        FaultException fault = await Trezors.FaultOfAsync(store.Get<ISealing>().AgreeAsync(default, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
    }

    [Test]
    public async Task GetPublicKey_Confirmed_IsShownAndApproved([Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(All) });
        await using TrezorKeyStore store = await bench.OpenAsync();
        for (int i = 0; i < 4; i++)
        {
            bench.Screen.Answer(true);
        }

        X25519PublicKey key = await store.Get<ISealing>().GetPublicKeyAsync(confirm: true, default);
        Assert.That(key.ToString(), Is.EqualTo("ee9779e50fb5de9c1e929cec1c7d2fa0ae8c024db942444d1d1c8f043c726261"));
        Assert.That(bench.Screen.Shown, Is.Not.Empty);
    }

    [Test]
    public async Task GetPublicKeys_Rejected_IsUserRejectedAndTheDeviceGoesOn(
        [Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(All) });
        await using TrezorKeyStore store = await bench.OpenAsync();
        bench.Screen.Answer(false);
        Assert.That(async () => await KeysAsync(store), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.UserRejected));
        bench.Screen.Answer(true);
        Assert.That(await KeysAsync(store), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task GetPublicKeys_Cancelled_ClearsTheScreenAndTheDeviceGoesOn(
        [Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(All) });
        await using TrezorKeyStore store = await bench.OpenAsync();
        using CancellationTokenSource stop = new();
        Task<List<string>> keys = KeysAsync(store, stop.Token);
        await bench.Screen.WaitForReviewAsync(default);
        await stop.CancelAsync();
        Assert.That(async () => await keys, Throws.InstanceOf<OperationCanceledException>());
        bench.Screen.Answer(true);
        Assert.That(await KeysAsync(store), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task GetPublicKey_PinOfAModelOne_IsGivenByPositions([Values] bool wrongFirst)
    {
        await using Bench bench = new(
            new SoftwareTrezorOptions { Flavour = TrezorFlavour.Legacy, Mnemonic = Bip39Mnemonic.Parse(All), Pin = "1379" });
        bench.Person.Pins = wrongFirst ? new Queue<string>(["1378", "1379"]) : new Queue<string>(["1379"]);
        await using TrezorKeyStore store = await bench.OpenAsync();
        Assert.That(store.Info.State, Is.EqualTo(KeyStoreState.Locked));
        await store.Get<ISealing>().GetPublicKeyAsync(confirm: false, default);
        Assert.That(bench.Person.Pins, Is.Empty);
    }

    [Test]
    public async Task GetPublicKey_PinOfAModelT_IsTypedOnTheDevice()
    {
        await using Bench bench = new(
            new SoftwareTrezorOptions { Flavour = TrezorFlavour.Core, Mnemonic = Bip39Mnemonic.Parse(All), Pin = "1234" });
        bench.Screen.Type("1111");
        bench.Screen.Type("1234");
        await using TrezorKeyStore store = await bench.OpenAsync();
        await store.Get<ISealing>().GetPublicKeyAsync(confirm: false, default);
        Assert.That(bench.Person.Told.Count(text => text.Contains("enter the PIN on the device", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public async Task GetPublicKey_Passphrase_ChoosesTheWalletWhereverItWasTyped()
    {
        Dictionary<string, string> keys = [];
        foreach ((TrezorFlavour flavour, PassphraseSource source, string? typed) in ((TrezorFlavour, PassphraseSource, string?)[])
        [
            (TrezorFlavour.Legacy, PassphraseSource.Host, "été"),
            (TrezorFlavour.Core, PassphraseSource.Host, "été"),
            (TrezorFlavour.Core, PassphraseSource.OnDevice, "e\u0301te\u0301"),
            (TrezorFlavour.Legacy, PassphraseSource.None, null),
            (TrezorFlavour.Core, PassphraseSource.None, null),
        ])
        {
            await using Bench bench = new(new SoftwareTrezorOptions
            {
                Flavour = flavour,
                Mnemonic = Bip39Mnemonic.Parse(All),
                PassphraseProtection = true,
            });
            bench.Person.Passphrase = typed;
            bench.Screen.Type(typed);
            bench.Screen.Answer(true);
            bench.Screen.Answer(true);
            await using TrezorKeyStore store = await bench.OpenAsync(new TrezorOptions { Passphrase = source });
            X25519PublicKey key = await store.Get<ISealing>().GetPublicKeyAsync(confirm: false, default);
            keys[$"{flavour} {source}"] = key.ToString();
        }

        Assert.That(keys["Legacy None"], Is.EqualTo("ee9779e50fb5de9c1e929cec1c7d2fa0ae8c024db942444d1d1c8f043c726261"));
        Assert.That(keys["Core None"], Is.EqualTo(keys["Legacy None"]));
        Assert.That(keys["Legacy Host"], Is.Not.EqualTo(keys["Legacy None"]));
        Assert.That(keys["Core Host"], Is.EqualTo(keys["Legacy Host"]));
        Assert.That(keys["Core OnDevice"], Is.EqualTo(keys["Legacy Host"]));
    }

    [Test]
    public async Task Open_DeviceThatSpeaksOnlyThp_SaysSo()
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = TrezorFlavour.ThpOnly });
        Assert.That((await Trezors.FaultOfAsync(bench.OpenAsync())).Message, Does.Contain("speaks only THP"));
    }

    [Test]
    public async Task Open_DeviceWithoutASeed_HasNoCapability([Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        await using Bench bench = new(new SoftwareTrezorOptions { Flavour = flavour });
        await using TrezorKeyStore store = await bench.OpenAsync();
        Assert.That(store.Info.Capabilities, Is.EqualTo(KeyStoreCapabilities.None));
    }

    private static async Task<List<string>> KeysAsync(TrezorKeyStore store, CancellationToken cancellationToken = default)
    {
        List<string> keys = [];
        await foreach (DerivedKey key in store.Get<IValidatorKeys>().GetPublicKeysAsync(
            [ValidatorKeyPath.Signing(0), ValidatorKeyPath.Signing(1)], false, cancellationToken))
        {
            keys.Add(key.PublicKey.ToString());
        }

        return keys;
    }

    /// <summary>A switched-on device, its screen, and a person who looks at it.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly CancellationTokenSource _off = new();
        private readonly Bip39Mnemonic? _mnemonic;
        private readonly SoftwareTrezor _device;
        private readonly ITransport _host;
        private readonly Task _run;

        internal Bench(SoftwareTrezorOptions options)
        {
            _mnemonic = options.Mnemonic;
            Person = new ReadingPerson(Screen);
            _device = new SoftwareTrezor(options, Screen);
            (_host, ITransport device) = InProcessTransport.CreatePair("emulator:trezor");
            _run = RunAsync(device);
        }

        internal ScriptedScreen Screen { get; } = new();

        internal ReadingPerson Person { get; }

        public async ValueTask DisposeAsync()
        {
            await _off.CancelAsync();
            await _run;
            _device.Dispose();
            _mnemonic?.Dispose();
            _off.Dispose();
        }

        internal ValueTask<TrezorKeyStore> OpenAsync(TrezorOptions? options = null) =>
            TrezorKeyStore.OpenAsync(_host, Person, options ?? new TrezorOptions(), Trezors.Deadlines, CancellationToken.None);

        private async Task RunAsync(ITransport device)
        {
            await using (device)
            {
                try
                {
                    await _device.RunAsync(device, _off.Token);
                }
                catch (OperationCanceledException)
                {
                    Assert.That(_off.IsCancellationRequested, Is.True);
                }
            }
        }
    }

    private sealed class ReadingPerson(ScriptedScreen screen) : IPerson
    {
        internal Queue<string> Pins { get; set; } = new();

        internal string? Passphrase { get; set; }

        internal List<string> Told { get; } = [];

        public void Tell(string text) => Told.Add(text);

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
            throw new NotSupportedException(question);

        public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
        {
            string? answer = question.Kind == SecretKind.PinMatrix ? string.Concat(Pins.Dequeue().Select(PositionOf)) : Passphrase;
            return ValueTask.FromResult(answer is null ? null : SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(answer)));
        }

        /// <summary>Where the screen shows a digit: its pages are rows named by their positions.</summary>
        private char PositionOf(char digit)
        {
            foreach (ScreenField row in screen.Shown.Last().Fields)
            {
                int column = row.Value.Split(' ').ToList().IndexOf(digit.ToString());
                if (column >= 0)
                {
                    return row.Label[column];
                }
            }

            throw new AssertionException($"{digit} is not on the keypad");
        }
    }
}
