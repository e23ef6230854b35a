using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

internal sealed class SealingProofTests
{
    [Test]
    public async Task RequireAsync_DeviceThatHasTheKey_IsAskedOnce()
    {
        using SoftwareSealing device = new();
        await SealingProof.RequireAsync(device, device.Recipient, CancellationToken.None);
        Assert.That(device.Asked, Is.EqualTo(1));
    }

    [Test]
    public void RequireAsync_DeviceWithAnotherKey_IsRefused()
    {
        using SoftwareSealing device = new();
        using SoftwareSealing other = new();
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => SealingProof.RequireAsync(device, other.Recipient, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Remedy, Is.Not.Empty);
    }

    [TestCase(0)]
    [TestCase(16)]
    [TestCase(31)]
    public void RequireAsync_AnswerWithOneWrongBit_IsRefused(int at)
    {
        using SoftwareSealing device = new();
        LyingSealing liar = new(device, at);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => SealingProof.RequireAsync(liar, device.Recipient, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
    }

    [Test]
    public void RequireAsync_KeyOfLowOrder_IsRefusedWithoutAQuestion()
    {
        using SoftwareSealing device = new();
        X25519PublicKey zero = new(new byte[32]);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => SealingProof.RequireAsync(device, zero, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(device.Asked, Is.Zero);
    }

    [Test]
    public void RequireAsync_PersonRefuses_SaysSo()
    {
        using SoftwareSealing device = new() { Refuses = true };
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => SealingProof.RequireAsync(device, device.Recipient, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.UserRejected));
    }

    private sealed class LyingSealing(SoftwareSealing device, int at) : ISealing
    {
        public ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken) => device.GetPublicKeyAsync(confirm, cancellationToken);

        public async ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
        {
            SecretBuffer shared = await device.AgreeAsync(peer, cancellationToken).ConfigureAwait(false);
            shared.Span[at] ^= 1;
            return shared;
        }
    }
}
