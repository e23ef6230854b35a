namespace HwBridge.Backups;

/// <summary>What anyone can learn from a backup without a key.</summary>
/// <param name="File">The file.</param>
/// <param name="Format"><c>age-encryption.org/v1</c>.</param>
/// <param name="IsArmored">Whether it is ASCII armored.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of the file, 64 hex digits: by it, copies are recognised as the same.</param>
/// <param name="PlaintextSize">In bytes, of what is inside.</param>
/// <param name="IsPadded">Whether that is one of the steps to which HwBridge pads: then it tells no more than the step.</param>
/// <param name="MaxValidators">More validators than that do not fit inside, in any form of the document.</param>
/// <param name="Recipients">How many stanzas wrap the file key, or a share of it: each recipient has one.</param>
/// <param name="Stanzas">How many of each type, in the order of their first one.</param>
/// <param name="HasTags">Whether a device recognises its own stanza before it is asked to confirm.</param>
/// <param name="HasDigest">Whether damage shows without a key.</param>
/// <param name="FitsDigest">Whether the bytes are those of the digest; null without one.</param>
/// <param name="IsFromHwBridge">Whether it has a stanza that only HwBridge writes.</param>
/// <param name="Threshold">
/// How many recipients have to come together: 1 (each opens it alone) where all of them are X25519, that of the shares where it has some;
/// null where the header does not tell.
/// </param>
/// <param name="Shares">Who holds the shares of the key, such as <c>2 of {X25519, scrypt, 2 of {X25519, X25519, X25519}}</c>; null for none.</param>
public sealed record BackupInspection(
    string File,
    string Format,
    bool IsArmored,
    long Size,
    string Sha256,
    long PlaintextSize,
    bool IsPadded,
    long MaxValidators,
    int Recipients,
    IReadOnlyList<KeyValuePair<string, int>> Stanzas,
    bool HasTags,
    bool HasDigest,
    bool? FitsDigest,
    bool IsFromHwBridge,
    int? Threshold,
    string? Shares);
