using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Core.Shamir;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Sharing;

/// <summary>The shares of one backup that are open so far; each was held to its check, so that a wrong one is named.</summary>
internal sealed class OpenedShares(SharingStanza stanza) : IDisposable
{
    private readonly Dictionary<WrappedShare, (SecretBuffer Share, string? Holder)> _open = [];

    /// <summary>How many are open.</summary>
    internal int Count => _open.Count;

    /// <summary>How many more holders have to open theirs, at least.</summary>
    internal int Missing => Needed(stanza.Root);

    /// <summary>The shares that a passphrase may still open.</summary>
    internal IReadOnlyList<WrappedShare> ForPassphrases => [.. Closed.Where(static share => share.ForPassphrase is not null)];

    private IEnumerable<WrappedShare> Closed => stanza.Root.HeldShares.Where(share => !_open.ContainsKey(share));

    /// <summary>How a share is called: by its number, and by whose it is.</summary>
    internal static string Name(int number, string? holder) => $"share {number} ({holder ?? "a passphrase"})";

    /// <summary>Has a device open a share of its own, by one confirmation where tags tell which it is.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: it holds no closed share, or a wrong one; its own faults.</exception>
    internal async Task<string> OpenAsync(ISealing device, IPerson person, CancellationToken cancellationToken)
    {
        X25519PublicKey recipient = await device.GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
        string holder = AgeRecipient.Format(recipient);
        WrappedShare[] candidates = [.. stanza.FindCandidates(recipient, out bool tagged).Intersect(Closed)];
        if (candidates.Length > 1)
        {
            person.Tell(
                "This file does not tell which of its shares is the device's: "
                + $"up to {candidates.Length} confirmations may come, until one opens.");
        }

        foreach (WrappedShare candidate in candidates)
        {
            if (await BackupOpener.TryUnwrapAsync(device, recipient, candidate.ForKey!, cancellationToken).ConfigureAwait(false) is { } share)
            {
                return Add(candidate, share, holder);
            }
        }

        throw tagged && candidates is [var own, ..]
            ? new FaultException(
                Fault.CannotDecrypt, $"{Name(own.Number, holder)} does not open with its own device: it was changed", "Take another copy of the backup.")
            : new FaultException(
                Fault.CannotDecrypt,
                $"{holder} holds no share of this backup that is still needed",
                "Attach a device that the backup was made for, with the same seed and passphrase, and compare `hwbridge recipient`.");
    }

    /// <summary>Opens a share with a passphrase. Takes about a second for each share that it is tried on.</summary>
    /// <returns>Its name; null when the passphrase opens none.</returns>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: it opens a wrong share.</exception>
    internal string? Open(SecretBuffer passphrase, CancellationToken cancellationToken)
    {
        foreach (WrappedShare candidate in ForPassphrases)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (candidate.ForPassphrase!.TryUnwrap(passphrase) is { } share)
            {
                return Add(candidate, share, holder: null);
            }
        }

        return null;
    }

    /// <summary>Takes a share that a participant opened.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: of another backup, wrong, or open already.</exception>
    internal string Take(PassedShare passed)
    {
        string name = Name(passed.Number, passed.Holder);
        if (!passed.SetId.AsSpan().SequenceEqual(stanza.SetId.Span))
        {
            throw Refused($"{name} belongs to another backup", "Have it opened from a copy of this backup.");
        }

        WrappedShare place = stanza.Root.HeldShares.FirstOrDefault(share => share.Number == passed.Number)
            ?? throw Refused($"{name} does not exist in this backup", "Have it opened from a copy of this backup.");
        return _open.ContainsKey(place)
            ? throw Refused($"{name} is open already", "Give the share of somebody else.")
            : Add(place, SecretBuffer.CopyOf(passed.Share.Span), passed.Holder);
    }

    /// <summary>A copy of the one open share, as it is passed on.</summary>
    internal PassedShare Pass()
    {
        (WrappedShare place, (SecretBuffer share, string? holder)) = _open.Single();
        return new PassedShare(stanza.SetId.ToArray(), place.Number, holder, SecretBuffer.CopyOf(share.Span));
    }

    /// <summary>What was shared; only when nothing is missing.</summary>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: a group's shares don't give what they should.</exception>
    internal SecretBuffer Join() => Join(stanza.Root);

    /// <summary>The shares that could still be opened, in words.</summary>
    internal string Remaining() => Remaining(stanza.Root);

    public void Dispose()
    {
        foreach ((SecretBuffer share, _) in _open.Values)
        {
            share.Dispose();
        }
    }

    private static FaultException Refused(string cause, string remedy) => new(Fault.CannotDecrypt, cause, remedy);

    private static string Describe(WrappedShare share) => share switch
    {
        { ForPassphrase: not null } => Name(share.Number, holder: null),
        { Tag.IsEmpty: false } => $"share {share.Number} (tag {Convert.ToHexStringLower(share.Tag.Span)})",
        _ => $"share {share.Number} ({share.Type})",
    };

    /// <summary>Keeps a share that is the right one for its place.</summary>
    private string Add(WrappedShare place, SecretBuffer share, string? holder)
    {
        string name = Name(place.Number, holder);
        if (!place.Fits(share))
        {
            share.Dispose();
            throw Refused(
                $"{name} fails its check: it is damaged, or belongs to another place or to another backup", "Go on with the other shares.");
        }

        _open.Add(place, (share, holder));
        return name;
    }

    private bool IsOpen(WrappedShare share) => share.Group is { } group ? Needed(group) == 0 : _open.ContainsKey(share);

    private int Needed(ShareGroup group) => group.Shares
        .Select(share => share.Group is { } inner ? Needed(inner) : _open.ContainsKey(share) ? 0 : 1)
        .Order()
        .Take(group.Threshold)
        .Sum();

    private string Remaining(ShareGroup group) => string.Join(", ", group.Shares
        .Where(share => !IsOpen(share))
        .Select(share => share.Group is { } inner ? $"{Needed(inner)} of {{{Remaining(inner)}}}" : Describe(share)));

    private SecretBuffer Join(ShareGroup group)
    {
        List<SecretShare> shares = [];
        try
        {
            foreach (WrappedShare share in group.Shares.Where(IsOpen).Take(group.Threshold))
            {
                shares.Add(new SecretShare(share.X, share.Group is { } inner ? Join(inner) : SecretBuffer.CopyOf(_open[share].Share.Span)));
                if (!share.Fits(shares[^1].Y))
                {
                    throw Refused("what the shares of a group give together fails its check: the header was changed", "Take another copy of the backup.");
                }
            }

            return group.Threshold == 1 ? SecretBuffer.CopyOf(shares[0].Y.Span) : SecretSharing.Join(shares);
        }
        finally
        {
            shares.ForEach(static share => share.Dispose());
        }
    }
}
