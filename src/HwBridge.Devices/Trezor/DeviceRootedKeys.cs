using System.Globalization;
using System.Runtime.CompilerServices;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices.Trezor;

/// <summary>Device-rooted validator keys, version 1: protocols/hwbridge/device-rooted-keys.md.</summary>
internal sealed class DeviceRootedKeys(TrezorSession session, uint account) : IValidatorKeys
{
    private const uint Hardened = 0x80000000;
    private const int SeedSize = 64;

    public KeyOrigin Origin => KeyOrigin.DeviceRooted;

    public bool CanConfirm => false;

    /// <inheritdoc/>
    /// <remarks>One confirmation an enumeration, before its first key; the secret is wiped when the enumeration ends.</remarks>
    public async IAsyncEnumerable<DerivedKey> GetPublicKeysAsync(
        IEnumerable<ValidatorKeyPath> paths, bool confirm, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (confirm)
        {
            throw new FaultException(
                Fault.Unsupported,
                $"{session.Uri} can't show validator keys: a Trezor knows no BLS, and this computer derives them",
                "Leave out --confirm, or use a Ledger.");
        }

        ValidatorKeyTree? tree = null;
        try
        {
            foreach (ValidatorKeyPath path in paths)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tree ??= await OpenTreeAsync(cancellationToken).ConfigureAwait(false);
                yield return new DerivedKey(path, tree.DerivePublicKey(path), ConfirmedOnDevice: false);
            }
        }
        finally
        {
            tree?.Dispose();
        }
    }

    private async ValueTask<ValidatorKeyTree> OpenTreeAsync(CancellationToken cancellationToken)
    {
        string shown = "HwBridge: validator keys #" + account.ToString(CultureInfo.InvariantCulture);
        CipherKeyValueCommand command = new(
            [ValidatorKeyPath.Purpose | Hardened, ValidatorKeyPath.CoinType | Hardened, account | Hardened],
            shown,
            new byte[SeedSize],
            Encrypt: true,
            AskOnEncrypt: true,
            AskOnDecrypt: true);
        using SecretBuffer ikm = await session.UseSeedAsync(
            command,
            $"{session.Uri}: the device shows \"{shown}\" and asks whether to encrypt. Approve it only on a computer that you trust: the "
            + "validator keys of this account are derived on it.",
            cancellationToken).ConfigureAwait(false);
        Refuse(ikm.Span);
        return ValidatorKeyTree.FromSeed(ikm.Span);
    }

    /// <summary>A device that sends the zeros back unencrypted would give everybody the same keys.</summary>
    private static void Refuse(ReadOnlySpan<byte> ikm)
    {
        int any = 0;
        foreach (byte b in ikm)
        {
            any |= b;
        }

        if (any == 0)
        {
            throw TrezorFault.Protocol("a value that was not encrypted");
        }
    }
}
