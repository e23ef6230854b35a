using HwBridge.Backups;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.People;
using HwBridge.SigningBridge.Callers;
using HwBridge.SigningBridge.Requests;
using Microsoft.AspNetCore.Http;

namespace HwBridge.SigningBridge.Web3Signer;

/// <summary>
/// Signatures of the consensus layer in Web3Signer's REST shape. No stock wallet signs with BLS: the device opens the backup for each
/// signature, with its own confirmation; the key lies in guarded memory for that moment, and is wiped at once.
/// </summary>
internal sealed class ConsensusEndpoint(
    SignatureDesk desk, IPerson person, IReadOnlyList<ValidatorKeyPath> validators, string? backup, Network network)
{
    /// <summary>The validators' public keys, as the device derives them.</summary>
    internal Task<List<BlsPublicKey>> ListAsync(CancellationToken hangUp) => desk.LookUpAsync(
        async (keyStore, cancellationToken) =>
        {
            List<BlsPublicKey> keys = [];
            IValidatorKeys device = keyStore.Require<IValidatorKeys>("derive validator keys");
            await foreach (DerivedKey key in device.GetPublicKeysAsync(validators, confirm: false, cancellationToken).ConfigureAwait(false))
            {
                keys.Add(key.PublicKey);
            }

            return keys;
        },
        hangUp);

    /// <summary>Signs one request.</summary>
    /// <param name="identifier">The public key, hex.</param>
    /// <param name="body">JSON.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="hangUp">The caller has gone.</param>
    /// <exception cref="RefusedException">404: the backup has no such key; 403: not switched on, or no rule allows it.</exception>
    /// <exception cref="FaultException">The reader's and the device's faults.</exception>
    internal async Task<BlsSignature> SignAsync(string identifier, byte[] body, CallingProgram caller, CancellationToken hangUp)
    {
        PointValidity validity = BlsPublicKey.TryParse(identifier, out BlsPublicKey key);
        if (validity != PointValidity.Valid)
        {
            throw new FaultException(Fault.BadInput, $"the identifier {validity.Describe()}", "Give 96 hex digits, with or without 0x.");
        }

        ConsensusSignature wanted = ConsensusSignatureReader.Read(body, key, network);
        if (backup is null)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                RefusedException.NotAllowed,
                "this bridge signs nothing of the consensus layer",
                "Start it with --allow-consensus and --backup FILE, if that is meant.");
        }

        return await desk.SignAsync(
            wanted.Wish,
            caller,
            static (keyStore, _) => ValueTask.FromResult(keyStore.Require<ISealing>("open backups")),
            (_, device, cancellationToken) => SignAsync(wanted, device, backup, cancellationToken),
            hangUp).ConfigureAwait(false);
    }

    private async ValueTask<BlsSignature> SignAsync(
        ConsensusSignature wanted, ISealing device, string file, CancellationToken cancellationToken)
    {
        using BackupDocument document = await BackupOpener.OpenAsync(file, [device], person, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < document.Validators.Count; i++)
        {
            if (document.Validators[i].PublicKey == wanted.Key)
            {
                using BlsSecretKey key = document.GetSecretKey(i);
                BlsSignature signature = wanted.Root.Sign(key);
                return wanted.Root.IsSignedBy(wanted.Key, signature)
                    ? signature
                    : throw new FaultException(
                        Fault.Protocol, $"{file}: the signature is not that of {wanted.Key}", "Use nothing of it. Check this computer's memory.");
            }
        }

        throw new RefusedException(
            StatusCodes.Status404NotFound,
            "noSuchKey",
            $"the backup has no key {wanted.Key}",
            "Name another backup (--backup), or ask for a key that is in it.");
    }
}
