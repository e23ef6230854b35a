using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Deposits;

/// <summary>To whom a validator's money goes, 32 bytes (Ethereum consensus specs, phase0/validator.md § Withdrawal credentials).</summary>
public readonly record struct WithdrawalCredentials
{
    /// <summary>Between the first byte and an address, all zero.</summary>
    private const int Padding = 11;

    private WithdrawalCredentials(Bytes32 value) => Value = value;

    /// <summary>The 32 bytes.</summary>
    public Bytes32 Value { get; }

    /// <summary>What the first byte says.</summary>
    public WithdrawalKind Kind => (WithdrawalKind)Value.ToArray()[0];

    /// <summary>The address, unless the kind is <see cref="WithdrawalKind.BlsKey"/>.</summary>
    public ExecutionAddress? Address => Kind == WithdrawalKind.BlsKey ? null : new ExecutionAddress(Value.ToArray().AsSpan(1 + Padding));

    /// <summary>The credentials of a BLS withdrawal key: 0x00 and its SHA-256 without the first byte.</summary>
    public static WithdrawalCredentials Of(BlsPublicKey withdrawalKey)
    {
        Span<byte> key = stackalloc byte[BlsPublicKey.Size];
        withdrawalKey.CopyTo(key);
        Span<byte> value = stackalloc byte[Bytes32.Size];
        SHA256.HashData(key, value);
        value[0] = (byte)WithdrawalKind.BlsKey;
        return new WithdrawalCredentials(new Bytes32(value));
    }

    /// <summary>The credentials of an address.</summary>
    /// <param name="address">Who receives.</param>
    /// <param name="kind"><see cref="WithdrawalKind.Address"/> or <see cref="WithdrawalKind.Compounding"/>.</param>
    public static WithdrawalCredentials Of(ExecutionAddress address, WithdrawalKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)kind, (int)WithdrawalKind.BlsKey);
        Span<byte> value = stackalloc byte[Bytes32.Size];
        value.Clear();
        value[0] = (byte)kind;
        address.CopyTo(value[(1 + Padding)..]);
        return new WithdrawalCredentials(new Bytes32(value));
    }

    /// <summary>Those of 32 bytes; false when the first is of no kind, or when the padding before an address is not zero.</summary>
    public static bool TryDecode(Bytes32 value, out WithdrawalCredentials credentials)
    {
        ReadOnlySpan<byte> bytes = value.ToArray();
        credentials = new WithdrawalCredentials(value);
        return bytes[0] == (byte)WithdrawalKind.BlsKey
            || (bytes[0] <= (byte)WithdrawalKind.Compounding && !bytes.Slice(1, Padding).ContainsAnyExcept((byte)0));
    }

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString();
}
