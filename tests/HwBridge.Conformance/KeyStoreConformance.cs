using HwBridge.Core.Bls;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Seeds;

namespace HwBridge.Conformance;

/// <summary>What every device must do behind <see cref="IKeyStore"/>, whoever made it and whatever carries its bytes.</summary>
[TestFixtureSource(typeof(ConformanceDevice), nameof(ConformanceDevice.Names))]
[NonParallelizable]
internal sealed class KeyStoreConformance(string device) : DeviceConformance(device)
{
    [Test]
    public async Task Info_OfAnOpenDevice_NamesExactlyTheCapabilitiesItHas()
    {
        await using ConformanceDevice open = await OpenAsync();
        KeyStoreInfo info = open.KeyStore.Info;
        Assert.Multiple(() =>
        {
            Assert.That(info.State, Is.EqualTo(KeyStoreState.Ready));
            Assert.That(info.Maker, Is.EqualTo(Device.StartsWith("Ledger", StringComparison.Ordinal) ? "ledger" : "trezor"));
            Assert.That(
                info.Capabilities.HasFlag(KeyStoreCapabilities.ValidatorKeys),
                Is.EqualTo(open.KeyStore.TryGet<IValidatorKeys>(out _)));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.Sealing), Is.EqualTo(open.KeyStore.TryGet<ISealing>(out _)));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.Storage), Is.EqualTo(open.KeyStore.TryGet<IBackupStorage>(out _)));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.Storage), Is.EqualTo(info.Maker == "ledger"));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.SeedCheck), Is.EqualTo(open.KeyStore.TryGet<ISeedCheck>(out _)));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.SeedCheck), Is.EqualTo(info.Maker == "trezor"));
            Assert.That(
                info.Capabilities.HasFlag(KeyStoreCapabilities.ExecutionSigning), Is.EqualTo(open.KeyStore.TryGet<IExecutionSigning>(out _)));
            Assert.That(info.Capabilities.HasFlag(KeyStoreCapabilities.ExecutionSigning), Is.True);
            Assert.That(open.KeyStore.TryGet<string>(out _), Is.False);
            Assert.That(info.ValidatorKeyOrigin, Is.EqualTo(open.KeyStore.Require<IValidatorKeys>("derive").Origin));
            Assert.That(open.Screen.Shown, Is.Empty, "nothing may come on the screen just because a device is opened");
        });
    }

    [Test]
    public async Task GetPublicKeys_OfSeveralPaths_GivesThemInOrderAndAlwaysTheSame()
    {
        ValidatorKeyPath[] paths =
        [
            ValidatorKeyPath.Signing(7),
            ValidatorKeyPath.Signing(0),
            ValidatorKeyPath.Withdrawal(3),
            ValidatorKeyPath.Signing(uint.MaxValue),
        ];
        IReadOnlyList<DerivedKey> first;
        await using (ConformanceDevice open = await OpenAsync())
        {
            open.Screen.Answer(true);
            first = await KeysAsync(open, paths);
            Assert.That(open.Screen.Shown, Has.Count.EqualTo(open.KeyStore.Info.ValidatorKeyOrigin == KeyOrigin.DeviceRooted ? 1 : 0));
        }

        await using ConformanceDevice again = await OpenAsync();
        again.Screen.Answer(true);
        IReadOnlyList<DerivedKey> second = await KeysAsync(again, paths);
        Assert.That(first.Select(key => key.Path), Is.EqualTo(paths));
        Assert.That(second, Is.EqualTo(first));
        if (again.KeyStore.Info.ValidatorKeyOrigin == KeyOrigin.Device)
        {
            using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Words);
            using SecretBuffer seed = mnemonic.DeriveSeed();
            using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed.Span);
            foreach (DerivedKey key in first)
            {
                using BlsSecretKey own = Eip2333KeyDerivation.Derive(master, key.Path);
                Assert.That(key.PublicKey, Is.EqualTo(own.GetPublicKey()), key.Path.ToString());
            }
        }
    }

    [Test]
    public async Task Agree_WithAPeer_GivesWhatThePeerComputes()
    {
        await using ConformanceDevice open = await OpenAsync();
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        X25519PublicKey own = await sealing.GetPublicKeyAsync(confirm: false, Late);
        for (int i = 0; i < 3; i++)
        {
            using SecretBuffer peer = SecretBuffer.Random(X25519.Size);
            using SecretBuffer expected = SecretBuffer.Allocate(X25519.Size);
            Assert.That(X25519.TryAgree(peer.Span, own, expected.Span), Is.True);
            open.Screen.Answer(true);
            using SecretBuffer agreed = await sealing.AgreeAsync(X25519.GetPublicKey(peer.Span), Late);
            Assert.That(agreed.ConstantTimeEquals(expected.Span), Is.True);
        }

        Assert.That(open.Screen.Shown, Has.Count.EqualTo(3), "each agreement is confirmed on the screen, once");
    }

    [Test]
    public async Task Agree_WhenRejected_IsUserRejectedAndTheDeviceGoesOnWorking()
    {
        await using ConformanceDevice open = await OpenAsync();
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        open.Screen.Answer(false);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => (await sealing.AgreeAsync(Peer(), Late)).Dispose())!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.UserRejected));
        Assert.That(fault.Remedy, Is.Not.Empty);
        open.Screen.Answer(true);
        using SecretBuffer agreed = await sealing.AgreeAsync(Peer(), Late);
        Assert.That(agreed.Length, Is.EqualTo(X25519.Size));
    }

    [Test]
    public void Agree_WithAPeerOfLowOrder_IsRefused([Values(0, 1)] int u)
    {
        Assert.That(
            async () =>
            {
                await using ConformanceDevice open = await OpenAsync();
                open.Screen.Answer(true);
                byte[] point = new byte[X25519.Size];
                point[0] = (byte)u;
                (await open.KeyStore.Require<ISealing>("seal").AgreeAsync(new X25519PublicKey(point), Late)).Dispose();
            },
            Throws.TypeOf<FaultException>());
    }

    [Test]
    public async Task TwoCallers_AtTheSameTime_AreServedOneAfterTheOther()
    {
        await using ConformanceDevice open = await OpenAsync();
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        X25519PublicKey own = await sealing.GetPublicKeyAsync(confirm: false, Late);
        using SecretBuffer peer = SecretBuffer.Random(X25519.Size);
        using SecretBuffer expected = SecretBuffer.Allocate(X25519.Size);
        Assert.That(X25519.TryAgree(peer.Span, own, expected.Span), Is.True);

        Task<SecretBuffer> first = sealing.AgreeAsync(X25519.GetPublicKey(peer.Span), Late).AsTask();
        await open.Screen.WaitForReviewAsync(Late);
        Task<X25519PublicKey> second = sealing.GetPublicKeyAsync(confirm: false, Late).AsTask();
        await Task.Delay(100, Late);
        Assert.That(second.IsCompleted, Is.False, "nothing is sent while a review is on the screen");
        open.Screen.Answer(true);
        using SecretBuffer agreed = await first;
        Assert.That(agreed.ConstantTimeEquals(expected.Span), Is.True);
        Assert.That(await second, Is.EqualTo(own));
    }

    [Test]
    public async Task Cancel_DuringAReview_EndsTheCallAtOnce()
    {
        await using ConformanceDevice open = await OpenAsync();
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Late);
        Task<SecretBuffer> call = sealing.AgreeAsync(Peer(), stop.Token).AsTask();
        await open.Screen.WaitForReviewAsync(Late);
        await stop.CancelAsync();
        Assert.That(
            async () => (await call.WaitAsync(TimeSpan.FromSeconds(10))).Dispose(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Late.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Cancel_WhileWaitingInTheQueue_LeavesTheOtherCallAlone()
    {
        await using ConformanceDevice open = await OpenAsync();
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        Task<SecretBuffer> first = sealing.AgreeAsync(Peer(), Late).AsTask();
        await open.Screen.WaitForReviewAsync(Late);
        using CancellationTokenSource stop = new();
        Task<SecretBuffer> second = sealing.AgreeAsync(Peer(), stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.That(async () => (await second).Dispose(), Throws.InstanceOf<OperationCanceledException>());
        open.Screen.Answer(true);
        using SecretBuffer agreed = await first;
        Assert.That(agreed.Length, Is.EqualTo(X25519.Size));
        Assert.That(open.Screen.Shown, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Unplugged_DuringAReview_IsAClearFault()
    {
        await using ConformanceDevice open = await OpenAsync();
        Task<SecretBuffer> call = open.KeyStore.Require<ISealing>("seal").AgreeAsync(Peer(), Late).AsTask();
        await open.Screen.WaitForReviewAsync(Late);
        await open.UnplugAsync();

        // A datagram socket does not tell that nobody is there until something is sent: there the person's deadline, or Ctrl-C, ends
        // the wait.
        if (Device.EndsWith("UDP", StringComparison.Ordinal))
        {
            await EndAsync();
            Assert.That(async () => (await call).Dispose(), Throws.InstanceOf<OperationCanceledException>());
        }
        else
        {
            FaultException fault = Assert.ThrowsAsync<FaultException>(async () => (await call).Dispose())!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), fault.Message);
        }
    }

    private static X25519PublicKey Peer()
    {
        using SecretBuffer secret = SecretBuffer.Random(X25519.Size);
        return X25519.GetPublicKey(secret.Span);
    }

    private async Task<IReadOnlyList<DerivedKey>> KeysAsync(ConformanceDevice open, IEnumerable<ValidatorKeyPath> paths)
    {
        List<DerivedKey> keys = [];
        IValidatorKeys validators = open.KeyStore.Require<IValidatorKeys>("derive");
        await foreach (DerivedKey key in validators.GetPublicKeysAsync(paths, confirm: false, Late))
        {
            keys.Add(key);
        }

        return keys;
    }
}
