using System.Buffers.Binary;
using System.Numerics;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;

namespace HwBridge.Core.Staking;

/// <summary>What a staker calls on the execution layer: whom, with how much, and with which bytes.</summary>
/// <param name="To">The contract.</param>
/// <param name="Value">What is sent with it, in wei.</param>
/// <param name="Data">The call.</param>
public sealed record StakerCall(ExecutionAddress To, BigInteger Value, ReadOnlyMemory<byte> Data)
{
    /// <summary>Wei in a Gwei.</summary>
    public static readonly BigInteger WeiPerGwei = 1_000_000_000;

    private const int WordSize = 32;

    /// <summary>The system contract of EIP-7002, on every network.</summary>
    public static ExecutionAddress WithdrawalContract { get; } = Address("00000961ef480eb55e80d19ad83579a64c007002");

    /// <summary>The system contract of EIP-7251, on every network.</summary>
    public static ExecutionAddress ConsolidationContract { get; } = Address("0000bbddc7ce488642fb579f8b00f3a590007251");

    /// <summary>deposit(bytes,bytes,bytes,bytes32) of the network's deposit contract, with the amount (Solidity ABI).</summary>
    public static StakerCall Deposit(Deposit deposit, Network network)
    {
        ArgumentNullException.ThrowIfNull(deposit);
        ArgumentNullException.ThrowIfNull(network);
        DepositData data = deposit.Data;
        byte[] publicKey = new byte[BlsPublicKey.Size];
        data.Message.PublicKey.CopyTo(publicKey);
        byte[] signature = new byte[BlsSignature.Size];
        data.Signature.CopyTo(signature);
        byte[] call =
        [
            0x22, 0x89, 0x51, 0x18,
            .. Word(4 * WordSize), .. Word(7 * WordSize), .. Word(9 * WordSize), .. data.HashTreeRoot().ToArray(),
            .. Word(BlsPublicKey.Size), .. publicKey, .. new byte[(2 * WordSize) - BlsPublicKey.Size],
            .. Word(WordSize), .. data.Message.Credentials.Value.ToArray(),
            .. Word(BlsSignature.Size), .. signature,
        ];
        return new StakerCall(network.DepositContract, data.Message.AmountGwei * WeiPerGwei, call);
    }

    /// <summary>A withdrawal request (EIP-7002), which only the validator's withdrawal address can make.</summary>
    /// <param name="validator">Whose.</param>
    /// <param name="amountGwei">0 for a full exit.</param>
    /// <param name="fee">What the contract asks for, in wei.</param>
    public static StakerCall Withdrawal(BlsPublicKey validator, ulong amountGwei, BigInteger fee)
    {
        byte[] call = new byte[BlsPublicKey.Size + sizeof(ulong)];
        validator.CopyTo(call);
        BinaryPrimitives.WriteUInt64BigEndian(call.AsSpan(BlsPublicKey.Size), amountGwei);
        return new StakerCall(WithdrawalContract, fee, call);
    }

    /// <summary>A consolidation request (EIP-7251), which only the source's withdrawal address can make.</summary>
    /// <param name="source">Who gives; the same as <paramref name="target"/> switches it to compounding (0x02).</param>
    /// <param name="target">Who takes.</param>
    /// <param name="fee">What the contract asks for, in wei.</param>
    public static StakerCall Consolidation(BlsPublicKey source, BlsPublicKey target, BigInteger fee)
    {
        byte[] call = new byte[2 * BlsPublicKey.Size];
        source.CopyTo(call);
        target.CopyTo(call.AsSpan(BlsPublicKey.Size));
        return new StakerCall(ConsolidationContract, fee, call);
    }

    private static byte[] Word(int number)
    {
        byte[] word = new byte[WordSize];
        BinaryPrimitives.WriteInt32BigEndian(word.AsSpan(WordSize - sizeof(int)), number);
        return word;
    }

    private static ExecutionAddress Address(string hex) => new(Convert.FromHexString(hex));
}
