using System.Security.Cryptography;
using HwBridge.Core.Faults;

namespace HwBridge.Devices.Ledger;

/// <summary>A Ledger has no serial number: one of its own answers, asked for once more, proves that the one that came back is the same.</summary>
internal sealed class WalletProof
{
    private readonly byte[] _answerDigest = new byte[SHA256.HashSizeInBytes];

    /// <summary>The APDU to ask again; empty before anything was asked that tells wallets apart.</summary>
    internal ReadOnlyMemory<byte> Question { get; private set; }

    /// <summary>True from a reconnection until the same answer came.</summary>
    internal bool IsDue { get; private set; }

    /// <summary>Keeps the first question and what it was answered.</summary>
    internal void Keep(ReadOnlySpan<byte> apdu, ReadOnlySpan<byte> answer)
    {
        if (Question.IsEmpty)
        {
            Question = apdu.ToArray();
            SHA256.HashData(answer, _answerDigest);
        }
    }

    /// <summary>The connection is another one.</summary>
    internal void Demand() => IsDue = !Question.IsEmpty;

    /// <summary>Compares the answer that came now.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Mismatch"/>: another seed, or another passphrase.</exception>
    internal void Check(ReadOnlySpan<byte> answer)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(answer, digest);
        if (!digest.SequenceEqual(_answerDigest))
        {
            throw new FaultException(
                Fault.Mismatch,
                "the Ledger that came back is another wallet than the one that left",
                "Plug the first one in again, with its passphrase if it has one, then run the command again.");
        }

        IsDue = false;
    }
}
