using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Sharing;

/// <summary>
/// Opens shares one after the other: with the devices, with passphrases, with what others send. What fails is told and passed over, since
/// other shares may do; only when they don't it is the reason.
/// </summary>
internal sealed class ShareGathering(SharingStanza stanza, BackupKeys keys, IPerson person) : IDisposable
{
    private const int Tries = 3;

    private readonly OpenedShares _opened = new(stanza);
    private readonly List<FaultException> _faults = [];

    private string More => _opened.Missing switch
    {
        0 => "that is enough",
        1 => "1 more share is needed",
        int several => $"{several} more shares are needed",
    };

    /// <summary>The file key, as soon as enough shares are open.</summary>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: too few are; or why a device that was named did not help.</exception>
    internal async Task<SecretBuffer> JoinAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(() => _opened.Missing == 0, Progress, cancellationToken).ConfigureAwait(false);
        if (keys.Exchange is { } exchange && _opened.Missing > 0)
        {
            await ReceiveAsync(exchange, cancellationToken).ConfigureAwait(false);
        }

        return _opened.Missing == 0
            ? _opened.Join()
            : throw NotOpened($"{More}, of: {_opened.Remaining()}", "Bring the devices or people that hold these, or have shares sent: hwbridge backup combine.");
    }

    /// <summary>The first share that opens, to be passed on.</summary>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: none does; or why a device that was named did not help.</exception>
    internal async Task<PassedShare> OpenOneAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(() => _opened.Count > 0, static name => $"Opened {name}.", cancellationToken).ConfigureAwait(false);
        return _opened.Count > 0
            ? _opened.Pass()
            : throw NotOpened($"no share was opened, of: {_opened.Remaining()}", "Bring the device or the passphrase that holds one of these.");
    }

    public void Dispose() => _opened.Dispose();

    private async Task OpenAsync(Func<bool> isEnough, Func<string, string> words, CancellationToken cancellationToken)
    {
        foreach (ISealing device in keys.Devices.TakeWhile(_ => !isEnough()))
        {
            await TryAsync(words, () => _opened.OpenAsync(device, person, cancellationToken)).ConfigureAwait(false);
        }

        foreach (SecretBuffer passphrase in keys.Passphrases.TakeWhile(_ => !isEnough()))
        {
            await TryAsync(words, () => Task.FromResult(Open(passphrase, cancellationToken))).ConfigureAwait(false);
        }

        for (int attempt = 1; keys.AskPassphrases && attempt <= Tries && _opened.ForPassphrases is { Count: > 0 } closed && !isEnough(); attempt++)
        {
            string which = string.Join(" or ", closed.Select(static share => share.Number));
            SecretQuestion question = new(SecretKind.SharePassphrase, $"Passphrase of share {which} of the backup (Enter: not known)", attempt);
            using SecretBuffer? typed = await person.AskSecretAsync(question, cancellationToken).ConfigureAwait(false);
            if (typed is null or { Length: 0 })
            {
                break;
            }

            if (await TryAsync(words, () => Task.FromResult(Open(typed, cancellationToken))).ConfigureAwait(false))
            {
                attempt = 0;
            }
        }
    }

    private string Open(SecretBuffer passphrase, CancellationToken cancellationToken) => _opened.Open(passphrase, cancellationToken)
        ?? throw new FaultException(Fault.CannotDecrypt, "this passphrase opens no share that is still closed", "Type it as it was typed when the backup was made.");

    /// <summary>Takes what others send until it is enough, or no more comes.</summary>
    private async Task ReceiveAsync(ShareExchange exchange, CancellationToken cancellationToken)
    {
        string key = AgeRecipient.Format(exchange.Recipient);
        person.Tell(
            $"{More}, of: {_opened.Remaining()}\n"
            + $"One-time key, until this program ends: {key}\n"
            + "Each of the others, with a copy of the backup, compares that key with you (by telephone, not where it was sent) and runs:\n"
            + $"  hwbridge backup share --backup FILE --device DEVICE --for {key} --out SHARE\n"
            + "Then paste what SHARE holds here, or type the name of its file:");
        bool ended = false;
        while (_opened.Missing > 0 && !ended)
        {
            await TryAsync(Progress, async () =>
            {
                ShareFile? file = null;
                try
                {
                    file = await exchange.Inbox.NextAsync(cancellationToken).ConfigureAwait(false);
                    ended = file is null;
                    using PassedShare passed = exchange.Open(file ?? throw NoMoreShares());
                    return _opened.Take(passed);
                }
                catch (FaultException fault) when (fault.Fault != Fault.Cancelled)
                {
                    // Whatever is wrong with what others send, the reason in the end is that a share is missing.
                    string where = file is null ? string.Empty : $"{file.Source}: ";
                    throw new FaultException(Fault.CannotDecrypt, where + fault.Message, fault.Remedy, fault);
                }
            }).ConfigureAwait(false);
        }
    }

    private static FaultException NoMoreShares() => new(
        Fault.CannotDecrypt, "no more shares came", "Run hwbridge backup combine again, and have shares made for its new key.");

    private string Progress(string name) => $"Opened {name}: {More}.";

    private async Task<bool> TryAsync(Func<string, string> words, Func<Task<string>> open)
    {
        try
        {
            string name = await open().ConfigureAwait(false);
            person.Tell(words(name));
            return true;
        }
        catch (FaultException fault) when (fault.Fault != Fault.Cancelled)
        {
            person.Tell($"Not opened: {fault.Message}. {fault.Remedy}");
            _faults.Add(fault);
            return false;
        }
    }

    /// <summary>Everything that went wrong; a device's own fault gives its tag, since it is nearer to the cause than what is missing.</summary>
    private FaultException NotOpened(string cause, string remedy)
    {
        FaultException? nearest = _faults.Find(static fault => fault.Fault != Fault.CannotDecrypt) ?? _faults.FirstOrDefault();
        return new FaultException(
            nearest?.Fault ?? Fault.CannotDecrypt,
            string.Join("; ", _faults.Select(static fault => fault.Message).Append(cause)),
            nearest is null || nearest.Fault == Fault.CannotDecrypt ? remedy : nearest.Remedy,
            nearest);
    }
}
