using HwBridge.Backups.Checks;
using HwBridge.Core.Eip2334;
using HwBridge.Core.ExpectedKeys;

namespace HwBridge.Backups.Tests.Checks;

internal sealed class RestoreCheckTests
{
    [Test]
    public async Task AgainstDeviceAsync_KeysWithPaths_AreAskedOnceAndNothingIsScanned()
    {
        NumberedKeys device = new();
        RestoreReport report = await RunAsync(device, null, Expect(1, 0), Expect(3, 2));
        Assert.That(report.IsMatch, Is.True);
        Assert.That(report.Matched, Is.EqualTo(2));
        Assert.That(report.Scanned, Is.Null);
        Assert.That(report.Unexpected, Is.Empty);
        Assert.That(device.Asked, Is.EqualTo([ValidatorKeyPath.Signing(0), ValidatorKeyPath.Signing(2)]));
        Assert.That(device.Enumerations, Is.EqualTo(1), "a device that confirms once for a run is asked once");
    }

    [Test]
    public async Task AgainstDeviceAsync_KeyWithoutPath_IsScannedForAndNoFurther()
    {
        NumberedKeys device = new();
        RestoreReport report = await RunAsync(device, new IndexRange(2, 50), Expect(5));
        Assert.That(report.IsMatch, Is.True);
        Assert.That(report.Keys[0].Path, Is.EqualTo(ValidatorKeyPath.Signing(4)));
        Assert.That(report.Scanned, Is.EqualTo(new IndexRange(2, 4)));
        Assert.That(report.Unexpected.Select(key => key.Path), Is.EqualTo([ValidatorKeyPath.Signing(2), ValidatorKeyPath.Signing(3)]), "derived before the last hit, and expected by nobody");
    }

    [Test]
    public async Task AgainstDeviceAsync_KeyOfAnotherWallet_IsMissing()
    {
        RestoreReport report = await RunAsync(new NumberedKeys(), new IndexRange(0, 9), Expect(1), Expect(900));
        Assert.That(report.IsMatch, Is.False);
        Assert.That(report.Keys.Select(key => key.Status), Is.EqualTo([KeyCheckStatus.Match, KeyCheckStatus.Missing]));
        Assert.That(report.Scanned, Is.EqualTo(new IndexRange(0, 9)));
        Assert.That(report.Unexpected, Is.Empty, "what lies beyond the last hit is simply not used yet");
    }

    [Test]
    public async Task AgainstDeviceAsync_OtherKeyAtThePath_IsDifferentAndNamesTheKeyThere()
    {
        RestoreReport report = await RunAsync(new NumberedKeys(), null, Expect(900, 3));
        Assert.That(report.IsMatch, Is.False);
        Assert.That(report.Keys[0].Status, Is.EqualTo(KeyCheckStatus.Different));
        Assert.That(report.Keys[0].Found, Is.EqualTo(TestKeys.PublicKey(4)));
    }

    [Test]
    public async Task AgainstDeviceAsync_WrongPathAndAScan_FindsItsRealPlace()
    {
        RestoreReport report = await RunAsync(new NumberedKeys(), new IndexRange(0, 9), Expect(7, 3));
        Assert.That(report.IsMatch, Is.True);
        Assert.That(report.Keys[0].Path, Is.EqualTo(ValidatorKeyPath.Signing(6)));
    }

    [Test]
    public async Task AgainstDeviceAsync_RangeAtTheEndOfTheIndices_Ends()
    {
        RestoreReport report = await RunAsync(new EndlessKeys(), new IndexRange(uint.MaxValue - 2, uint.MaxValue), Expect(900));
        Assert.That(report.IsMatch, Is.False);
        Assert.That(report.Scanned, Is.EqualTo(new IndexRange(uint.MaxValue - 2, uint.MaxValue)));
    }

    [Test]
    public void AgainstDeviceAsync_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        Assert.That(
            () => RestoreCheck.AgainstDeviceAsync([Expect(900)], new NumberedKeys(), null, count => Cancel(count, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void AgainstBackup_EachKind_IsTold()
    {
        FoundKey[] inside = [Found(1, 0), Found(2, 1), Found(3, null), Found(9, 8)];
        RestoreReport report = RestoreCheck.AgainstBackup([Expect(1, 0), Expect(2), Expect(3, 2), Expect(4, 1), Expect(5, 5), Expect(6)], inside);
        Assert.That(report.Keys.Select(key => key.Status), Is.EqualTo(
            [KeyCheckStatus.Match, KeyCheckStatus.Match, KeyCheckStatus.Match, KeyCheckStatus.Different, KeyCheckStatus.Missing, KeyCheckStatus.Missing]));
        Assert.That(report.Keys.Select(key => key.Path), Is.EqualTo(
            [ValidatorKeyPath.Signing(0), ValidatorKeyPath.Signing(1), ValidatorKeyPath.Signing(2), ValidatorKeyPath.Signing(1), ValidatorKeyPath.Signing(5), null]));
        Assert.That(report.Keys[3].Found, Is.EqualTo(TestKeys.PublicKey(2)));
        Assert.That(report.Unexpected, Is.EqualTo([Found(9, 8)]));
        Assert.That(report.Matched, Is.EqualTo(3));
        Assert.That(report.IsMatch, Is.False);
        Assert.That(report.Scanned, Is.Null);
    }

    [Test]
    public void AgainstBackup_MoreInsideThanExpected_IsAMatchWithUnexpected()
    {
        RestoreReport report = RestoreCheck.AgainstBackup([Expect(1, 0)], [Found(1, 0), Found(2, 1)]);
        Assert.That(report.IsMatch, Is.True);
        Assert.That(report.Unexpected, Is.EqualTo([Found(2, 1)]));
    }

    internal static ExpectedKey Expect(int number, uint? index = null) =>
        new(TestKeys.PublicKey(number), index is { } i ? ValidatorKeyPath.Signing(i) : null, [new KeySource("keys.txt", number)]);

    private static FoundKey Found(int number, uint? index) => new(TestKeys.PublicKey(number), index is { } i ? ValidatorKeyPath.Signing(i) : null);

    private static Task<RestoreReport> RunAsync(Core.KeyStores.IValidatorKeys device, IndexRange? scan, params ExpectedKey[] expected) =>
        RestoreCheck.AgainstDeviceAsync(expected, device, scan, progress: null, CancellationToken.None);

    private static void Cancel(int count, CancellationTokenSource source)
    {
        if (count == 3)
        {
            source.Cancel();
        }
    }

    /// <summary>Gives every index the same key, for ranges that no test key reaches.</summary>
    private sealed class EndlessKeys : Core.KeyStores.IValidatorKeys
    {
        public Core.KeyStores.KeyOrigin Origin => Core.KeyStores.KeyOrigin.Device;

        public bool CanConfirm => false;

        public async IAsyncEnumerable<Core.KeyStores.DerivedKey> GetPublicKeysAsync(
            IEnumerable<ValidatorKeyPath> paths, bool confirm, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (ValidatorKeyPath path in paths)
            {
                await Task.Yield();
                yield return new Core.KeyStores.DerivedKey(path, TestKeys.PublicKey(1), ConfirmedOnDevice: false);
            }
        }
    }
}
