using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Storage;

/// <summary>Backups in the slots of a device itself: never half of one that passes for whole, never over what is not ours unasked.</summary>
public static class DeviceBackups
{
    private const string List = "'hwbridge backup list' tells what each slot holds.";

    /// <summary>The largest file that fits a device whose slots are all free.</summary>
    public static int Room(IBackupStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storage.Slots.Sum(slot => slot.Capacity - StoredPartCodec.HeaderSize);
    }

    /// <summary>Encrypts a document in the compact form. What is no key is left out when it does not fit: deposits first, then the history.</summary>
    /// <param name="document">An opened backup.</param>
    /// <param name="recipients">At least one; each takes about 104 bytes.</param>
    /// <param name="room">The most bytes of the file.</param>
    /// <exception cref="FaultException"><see cref="Fault.Unsupported"/>: the keys alone do not fit.</exception>
    public static PackedBackup Pack(BackupDocument document, IReadOnlyList<X25519PublicKey> recipients, int room)
    {
        ArgumentNullException.ThrowIfNull(document);
        byte[] file = [];
        foreach ((bool history, bool deposits) in ((bool, bool)[])[(true, true), (true, false), (false, true), (false, false)])
        {
            using SecretBuffer compact = CompactDocumentCodec.Write(document, history, deposits);
            using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
            file = new BackupRecipients { Alone = recipients }.Encrypt(fileKey, compact);
            if (file.Length <= room)
            {
                return new PackedBackup(file, history && !document.SlashingProtection.IsEmpty, deposits && !document.DepositData.IsEmpty);
            }
        }

        int count = document.Validators.Count;
        int most = Math.Max(0, count - ((file.Length - room + BlsSecretKey.Size) / (BlsSecretKey.Size + 1)));
        throw new FaultException(
            Fault.Unsupported,
            $"{count} keys for {recipients.Count} recipients take {file.Length} bytes, and the device holds {room}",
            $"Store about {most} of the keys (a backup made of some of the keystores), or name fewer recipients.");
    }

    /// <summary>What every slot holds, by the slots' numbers.</summary>
    public static async Task<IReadOnlyList<SlotContent>> ListAsync(IBackupStorage storage, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return Describe(await ReadAsync(storage, storage.Slots, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Writes a backup into free slots, or into the named ones, and reads it back.</summary>
    /// <param name="storage">The device.</param>
    /// <param name="file">An age file.</param>
    /// <param name="slots">Numbers of the slots to use; none for as many free ones as it takes.</param>
    /// <param name="overwrite">Give up what the named slots hold.</param>
    /// <param name="cancellationToken">Stops between two slots; what was begun is erased again.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Usage"/>: a slot holds something already, or there is no such slot; <see cref="Fault.Unsupported"/>: it does not fit;
    /// <see cref="Fault.Mismatch"/>: what was read back is not what was written; and the device's own faults.
    /// </exception>
    public static async Task<StorageReceipt> ExportAsync(
        IBackupStorage storage,
        ReadOnlyMemory<byte> file,
        IReadOnlyCollection<int> slots,
        bool overwrite,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(slots);
        if (overwrite && slots.Count == 0)
        {
            throw new FaultException(
                Fault.Usage,
                "what a slot holds is only given up when the slot is named",
                $"Name each slot to overwrite with --slot. {List}");
        }

        StorageSlot[] candidates = slots.Count == 0
            ? [.. storage.Slots]
            : [.. slots.Distinct().Select(number => Find(storage, number)).OrderBy(slot => storage.Slots.ToList().IndexOf(slot))];
        List<StorageSlot> taken = await ChooseAsync(
            storage,
            file.Length,
            candidates,
            slots.Count > 0,
            overwrite,
            cancellationToken).ConfigureAwait(false);
        IReadOnlyList<byte[]> parts = StoredPartCodec.Split(file.Span, [.. taken.Select(slot => slot.Capacity)]);
        await WriteAsync(storage, taken, parts, cancellationToken).ConfigureAwait(false);
        return new StorageReceipt(StoredPartCodec.IdOf(file.Span), file, [.. taken.Select(slot => slot.Number)]);
    }

    /// <summary>Reads a backup, as it was exported.</summary>
    /// <param name="storage">The device.</param>
    /// <param name="slot">The number of one of its slots; null for the only backup that is there.</param>
    /// <param name="cancellationToken">Stops between two slots.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: there is no backup; <see cref="Fault.Usage"/>: there are several; <see cref="Fault.Mismatch"/>: it is
    /// damaged or not whole; and the device's own faults.
    /// </exception>
    public static async Task<StorageReceipt> ImportAsync(IBackupStorage storage, int? slot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        Dictionary<StorageSlot, byte[]> held = await ReadSetAsync(storage, slot, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SlotContent> contents = Describe(held);
        string[] whole =
            [.. contents.Where(content => content.State == SlotState.Backup).Select(content => content.Backup!).Distinct()];
        string? wanted = slot is null ? null : contents.Single(content => content.Slot.Number == slot).Backup;
        string backup = (slot, whole) switch
        {
            (null, [string only]) => only,
            (null, [_, _, ..]) => throw new FaultException(
                Fault.Usage,
                $"the device holds {whole.Length} backups: {string.Join("; ", whole.Select(id => $"{id} in {Name(SlotsOf(contents, id))}"))}",
                "Name one of its slots with --slot."),
            ({ } number, _) when wanted is null || !whole.Contains(wanted) => throw NotWhole(contents, number),
            (null, _) => throw NotWhole(contents, null),
            _ => wanted!,
        };

        // The id is a digest of the whole file, checked when it was joined; the file's own digest says that it is a backup.
        byte[] file = StoredPartCodec.TryJoin([.. PartsOf(held, backup)])!;
        if (DigestStanza.Fits(AgeFile.Parse(file)) == false)
        {
            throw new FaultException(
                Fault.Mismatch, $"the backup {backup} on the device is damaged: its bytes are not those of its digest", "Take another copy.");
        }

        return new StorageReceipt(backup, file, SlotsOf(contents, backup));
    }

    /// <summary>Overwrites and empties a slot, and with it the other parts of the backup that it belongs to.</summary>
    /// <param name="storage">The device.</param>
    /// <param name="slot">The slot's number.</param>
    /// <param name="foreign">Erase it even when another program's data are in it.</param>
    /// <param name="cancellationToken">Stops between two slots; what is left of a backup is no whole one.</param>
    /// <returns>The slots that were erased.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: no such slot, or foreign data; and the device's own faults.</exception>
    public static async Task<IReadOnlyList<int>> EraseAsync(
        IBackupStorage storage, int slot, bool foreign, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        Dictionary<StorageSlot, byte[]> held = await ReadSetAsync(storage, slot, cancellationToken).ConfigureAwait(false);
        SlotContent content = Describe(held).Single(found => found.Slot.Number == slot);
        if (content.State == SlotState.Foreign && !foreign)
        {
            throw new FaultException(
                Fault.Usage,
                $"slot {slot} ({content.Slot.Name}) holds {content.Used} bytes that are not HwBridge's",
                "If you are sure that nothing needs them, add --force.");
        }

        // The part with the age header goes first: without it the others can't even be asked for.
        StorageSlot[] doomed = content.Backup is { } backup
            ?
            [
                .. from pair in held
                   let part = StoredPartCodec.TryRead(pair.Value)
                   where part?.Backup == backup
                   orderby part.Number
                   select pair.Key,
            ]
            : [content.Slot];
        foreach (StorageSlot each in doomed)
        {
            await storage.EraseAsync(each, cancellationToken).ConfigureAwait(false);
        }

        return [.. doomed.Select(each => each.Number)];
    }

    /// <summary>The slot that a number names.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: there is none.</exception>
    public static StorageSlot Find(IBackupStorage storage, int number)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storage.Slots.FirstOrDefault(slot => slot.Number == number) ?? throw new FaultException(
            Fault.Usage,
            $"the device has no slot {number}",
            $"Its slots are {string.Join(", ", storage.Slots.Select(slot => slot.Number).Order())}. {List}");
    }

    /// <summary>As few slots as hold the file, without a PIN that is not needed.</summary>
    private static async Task<List<StorageSlot>> ChooseAsync(
        IBackupStorage storage, int size, StorageSlot[] candidates, bool named, bool overwrite, CancellationToken cancellationToken)
    {
        Dictionary<StorageSlot, byte[]> held = [];
        List<StorageSlot> taken = [];
        int room = 0;
        foreach (StorageSlot slot in candidates)
        {
            if (room >= size)
            {
                break;
            }

            held[slot] = await storage.ReadAsync(slot, cancellationToken).ConfigureAwait(false);
            if (IsFree(held[slot]) || overwrite)
            {
                taken.Add(slot);
                room += slot.Capacity - StoredPartCodec.HeaderSize;
            }
        }

        SlotContent[] kept = [.. Describe(held).Where(content => content.State != SlotState.Free)];
        if (named && !overwrite && kept.Length > 0)
        {
            throw new FaultException(
                Fault.Usage,
                $"{string.Join("; ", kept.Select(content => $"slot {content.Slot.Number} holds {Words(content)}"))}",
                "Name free slots, erase what is there, or add --force to overwrite it.");
        }

        if (overwrite)
        {
            RequireWholeSets(taken, held);
        }

        return room >= size ? taken : throw new FaultException(
            Fault.Unsupported,
            $"the backup has {size} bytes, and the {(named ? "named" : "free")} slots take {room}"
                + string.Concat(kept.Select(content => $"; slot {content.Slot.Number} holds {Words(content)}")),
            "Free a slot with 'hwbridge backup erase --slot N', or name slots to overwrite with --slot and --force.");
    }

    /// <summary>To overwrite one part of a backup would leave the others behind as rubbish.</summary>
    private static void RequireWholeSets(List<StorageSlot> taken, Dictionary<StorageSlot, byte[]> held)
    {
        foreach (IGrouping<string, StoredPart> set in taken.Select(slot => StoredPartCodec.TryRead(held[slot])).OfType<StoredPart>().GroupBy(part => part.Backup))
        {
            if (set.DistinctBy(part => part.Number).Count() != set.First().Count)
            {
                throw new FaultException(
                    Fault.Usage,
                    $"these slots hold only some of the {set.First().Count} parts of the backup {set.Key}",
                    "Erase that backup first: 'hwbridge backup erase --slot N' erases all of its parts.");
            }
        }
    }

    /// <summary>The part with the age header is written last, so that nothing before it is of use to anybody.</summary>
    private static async Task WriteAsync(
        IBackupStorage storage, List<StorageSlot> slots, IReadOnlyList<byte[]> parts, CancellationToken cancellationToken)
    {
        List<StorageSlot> begun = [];
        try
        {
            for (int i = slots.Count - 1; i >= 0; i--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                begun.Add(slots[i]);
                await storage.WriteAsync(slots[i], parts[i], cancellationToken).ConfigureAwait(false);
            }

            for (int i = 0; i < slots.Count; i++)
            {
                byte[] held = await storage.ReadAsync(slots[i], cancellationToken).ConfigureAwait(false);
                if (!held.AsSpan().SequenceEqual(parts[i]))
                {
                    throw new FaultException(
                        Fault.Mismatch,
                        $"slot {slots[i].Number}: what was read back is not what was written",
                        "Don't trust this slot: name others with --slot.");
                }
            }
        }
        catch (Exception failure)
        {
            await TakeBackAsync(storage, begun, failure).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Erases what was begun, as far as the device still answers.</summary>
    /// <exception cref="FaultException"><paramref name="failure"/> with what could not be erased; only when there is any.</exception>
    private static async Task TakeBackAsync(IBackupStorage storage, List<StorageSlot> begun, Exception failure)
    {
        List<int> left = [];
        foreach (StorageSlot slot in begun)
        {
            try
            {
                await storage.EraseAsync(slot, CancellationToken.None).ConfigureAwait(false);
            }
            catch (FaultException)
            {
                left.Add(slot.Number);
            }
        }

        if (left.Count > 0)
        {
            FaultException? known = failure as FaultException;
            throw new FaultException(
                known?.Fault ?? (failure is OperationCanceledException ? Fault.Cancelled : Fault.Io),
                $"{failure.Message}; {Name(left)} may hold a part of the unfinished backup, which nobody can take for whole",
                string.Join(' ', known?.Remedy, "Then erase what was begun: 'hwbridge backup erase --slot N'."),
                failure);
        }
    }

    /// <summary>Every slot, or the named one and, where it is a part of a backup, as many others as it takes to have all parts.</summary>
    private static async Task<Dictionary<StorageSlot, byte[]>> ReadSetAsync(
        IBackupStorage storage, int? slot, CancellationToken cancellationToken)
    {
        if (slot is not { } number)
        {
            return await ReadAsync(storage, storage.Slots, cancellationToken).ConfigureAwait(false);
        }

        StorageSlot first = Find(storage, number);
        Dictionary<StorageSlot, byte[]> held = await ReadAsync(storage, [first], cancellationToken).ConfigureAwait(false);
        if (StoredPartCodec.TryRead(held[first]) is not { } wanted)
        {
            return held;
        }

        foreach (StorageSlot other in storage.Slots.Where(other => other != first))
        {
            if (PartsOf(held, wanted.Backup).DistinctBy(part => part.Number).Count() == wanted.Count)
            {
                break;
            }

            held[other] = await storage.ReadAsync(other, cancellationToken).ConfigureAwait(false);
        }

        return held;
    }

    private static async Task<Dictionary<StorageSlot, byte[]>> ReadAsync(
        IBackupStorage storage, IEnumerable<StorageSlot> slots, CancellationToken cancellationToken)
    {
        Dictionary<StorageSlot, byte[]> held = [];
        foreach (StorageSlot slot in slots)
        {
            held[slot] = await storage.ReadAsync(slot, cancellationToken).ConfigureAwait(false);
        }

        return held;
    }

    private static IReadOnlyList<SlotContent> Describe(Dictionary<StorageSlot, byte[]> held) =>
        [.. held.OrderBy(pair => pair.Key.Number).Select(pair => Describe(pair.Key, pair.Value, held))];

    private static SlotContent Describe(StorageSlot slot, byte[] content, Dictionary<StorageSlot, byte[]> held)
    {
        if (StoredPartCodec.TryRead(content) is { } part)
        {
            SlotState state = StoredPartCodec.TryJoin([.. PartsOf(held, part.Backup)]) is null ? SlotState.Incomplete : SlotState.Backup;
            return new SlotContent(slot, state, content.Length, part.Backup, part.Number, part.Count);
        }

        SlotState other = IsFree(content) ? SlotState.Free : StoredPartCodec.IsPart(content) ? SlotState.Damaged : SlotState.Foreign;
        return new SlotContent(slot, other, content.Length, null, 0, 0);
    }

    private static bool IsFree(ReadOnlySpan<byte> content) => !content.ContainsAnyExcept((byte)0);

    private static IEnumerable<StoredPart> PartsOf(Dictionary<StorageSlot, byte[]> held, string backup) =>
        held.Values.Select(content => StoredPartCodec.TryRead(content)).OfType<StoredPart>().Where(part => part.Backup == backup);

    private static int[] SlotsOf(IReadOnlyList<SlotContent> contents, string backup) =>
        [.. contents.Where(content => content.Backup == backup).OrderBy(content => content.Part).Select(content => content.Slot.Number)];

    private static string Name(IReadOnlyCollection<int> slots) => $"{(slots.Count == 1 ? "slot" : "slots")} {string.Join(", ", slots.Order())}";

    private static string Words(SlotContent content) => content.State switch
    {
        SlotState.Backup => $"the backup {content.Backup} (part {content.Part} of {content.Parts})",
        SlotState.Incomplete => $"part {content.Part} of {content.Parts} of the backup {content.Backup}",
        SlotState.Damaged => "a damaged part of a backup",
        SlotState.Foreign => $"{content.Used} bytes of another program's",
        SlotState.Free => "nothing",
        _ => throw new ArgumentOutOfRangeException(nameof(content)),
    };

    private static FaultException NotWhole(IReadOnlyList<SlotContent> contents, int? slot)
    {
        SlotContent[] found = [.. contents.Where(content => slot is null ? content.State is not (SlotState.Free or SlotState.Foreign) : content.Slot.Number == slot)];
        string cause = found.Length == 0
            ? "the device holds no backup"
            : string.Join("; ", found.Select(content => $"slot {content.Slot.Number} holds {Words(content)}"));
        bool damaged = found.Any(content => content.State is SlotState.Incomplete or SlotState.Damaged);
        return new FaultException(
            damaged ? Fault.Mismatch : Fault.BadInput,
            damaged ? $"no whole backup: {cause}, and the rest is missing or damaged" : cause,
            damaged ? "Take another copy of the backup." : List);
    }
}
