using HwBridge.Protocols.Ledger.OpenPgp;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the OpenPGP app keeps when it is left: the objects, the PINs and how often they were wrong.</summary>
internal sealed class OpenPgpFlash
{
    /// <summary>The certificate's room as it is announced; more than the app can read again.</summary>
    internal const int CertificateRoom = 2560;

    internal const int PrivateRoom = 512;
    internal const int MaxTries = 3;

    private readonly Dictionary<ushort, StoredObject> _private = new()
    {
        [OpenPgpDataObject.Private1.Tag] = new StoredObject(PrivateRoom),
        [OpenPgpDataObject.Private2.Tag] = new StoredObject(PrivateRoom),
        [OpenPgpDataObject.Private3.Tag] = new StoredObject(PrivateRoom),
        [OpenPgpDataObject.Private4.Tag] = new StoredObject(PrivateRoom),
    };

    // The three records are read and written in different orders; only the first is the same both ways.
    private readonly StoredObject[] _certificates = [new(CertificateRoom), new(CertificateRoom), new(CertificateRoom)];

    internal string UserPin { get; set; } = "123456";

    internal string AdminPin { get; } = "12345678";

    internal int UserTries { get; set; } = MaxTries;

    internal int AdminTries { get; set; } = MaxTries;

    /// <summary>Null where there is no such object or record.</summary>
    internal StoredObject? ToRead(ushort tag, int record) => tag == OpenPgpDataObject.Certificate.Tag
        ? record < _certificates.Length ? _certificates[record] : null
        : _private.GetValueOrDefault(tag);

    /// <inheritdoc cref="ToRead"/>
    internal StoredObject? ToWrite(ushort tag, int record) =>
        ToRead(tag, tag == OpenPgpDataObject.Certificate.Tag && record is 1 or 2 ? 3 - record : record);

    /// <summary>Bytes and how many of them count: emptying an object leaves its bytes in the flash.</summary>
    internal sealed class StoredObject(int room)
    {
        private readonly byte[] _flash = new byte[room];

        internal int Length { get; private set; }

        internal ReadOnlySpan<byte> Content => _flash.AsSpan(0, Length);

        /// <summary>Also what does not count any more.</summary>
        internal ReadOnlySpan<byte> Flash => _flash;

        internal bool TryWrite(ReadOnlySpan<byte> content)
        {
            if (content.Length > room)
            {
                return false;
            }

            content.CopyTo(_flash);
            Length = content.Length;
            return true;
        }
    }
}
