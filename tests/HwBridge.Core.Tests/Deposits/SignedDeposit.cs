using System.Text.Json.Nodes;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;

namespace HwBridge.Core.Tests.Deposits;

/// <summary>An entry of a deposit file for the secret key 1, with true roots and signature.</summary>
internal static class SignedDeposit
{
    internal const string PublicKey = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";

    internal static JsonObject Create(
        WithdrawalCredentials? credentials = null, ulong amount = 32_000_000_000, ForkVersion forkVersion = default)
    {
        byte[] secret = new byte[BlsSecretKey.Size];
        secret[^1] = 1;
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
        using (key)
        {
            DepositMessage message = new(key!.GetPublicKey(), credentials ?? Credentials(WithdrawalKind.Address), amount);
            DepositData data = message.Sign(key, forkVersion);
            return new JsonObject
            {
                ["pubkey"] = message.PublicKey.ToString()[2..],
                ["withdrawal_credentials"] = message.Credentials.ToString()[2..],
                ["amount"] = amount,
                ["signature"] = data.Signature.ToString()[2..],
                ["deposit_message_root"] = message.HashTreeRoot().ToString()[2..],
                ["deposit_data_root"] = data.HashTreeRoot().ToString()[2..],
                ["fork_version"] = $"{forkVersion.Value:x8}",
            };
        }
    }

    internal static WithdrawalCredentials Credentials(WithdrawalKind kind)
    {
        Assert.That(BlsPublicKey.TryParse(PublicKey, out BlsPublicKey key), Is.EqualTo(PointValidity.Valid));
        return kind == WithdrawalKind.BlsKey
            ? WithdrawalCredentials.Of(key)
            : WithdrawalCredentials.Of(new ExecutionAddress([.. Enumerable.Repeat((byte)0x7b, ExecutionAddress.Size)]), kind);
    }
}
