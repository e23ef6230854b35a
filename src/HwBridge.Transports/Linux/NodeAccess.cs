using System.Buffers.Binary;

namespace HwBridge.Transports.Linux;

/// <summary>Who may open a node: its mode, its owner and group by number, and what its access control list adds.</summary>
/// <param name="Mode">Permission bits, as in <c>chmod</c>.</param>
/// <param name="Owner">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Users">Users who may read and write it by the list.</param>
/// <param name="Groups">Groups that may.</param>
internal sealed unsafe record NodeAccess(UnixFileMode Mode, uint Owner, uint Group, IReadOnlyList<uint> Users, IReadOnlyList<uint> Groups)
{
    private const string ListAttribute = "system.posix_acl_access";
    private const int CurrentFolder = -100;
    private const int PermissionBits = 0xfff;
    private const int MaxList = 4096;
    private const int ListHeader = 4;
    private const int EntrySize = 8;
    private const ushort UserEntry = 2;
    private const ushort GroupEntry = 8;
    private const ushort MaskEntry = 16;
    private const ushort ReadWrite = 6;

    /// <summary>Asks the system; null where nothing is there.</summary>
    internal static NodeAccess? Of(string path)
    {
        LibC.FileStatus status;
        if (LibC.statx(CurrentFolder, path, 0, LibC.BasicStatus, &status) != 0)
        {
            return null;
        }

        Span<byte> list = stackalloc byte[MaxList];
        int size;
        fixed (byte* pointer = list)
        {
            size = (int)LibC.getxattr(path, ListAttribute, pointer, MaxList);
        }

        (IReadOnlyList<uint> users, IReadOnlyList<uint> groups) = Parse(list[..Math.Max(size, 0)]);
        return new NodeAccess((UnixFileMode)(status.Mode & PermissionBits), status.Owner, status.Group, users, groups);
    }

    /// <summary>The kernel's form of a list: version 2 (u32), then entries of kind (u16), permissions (u16), number (u32), little-endian.</summary>
    internal static (IReadOnlyList<uint> Users, IReadOnlyList<uint> Groups) Parse(ReadOnlySpan<byte> list)
    {
        List<uint> users = [];
        List<uint> groups = [];
        ushort mask = ReadWrite;
        for (int at = ListHeader; at + EntrySize <= list.Length; at += EntrySize)
        {
            ushort kind = BinaryPrimitives.ReadUInt16LittleEndian(list[at..]);
            ushort permissions = BinaryPrimitives.ReadUInt16LittleEndian(list[(at + 2)..]);
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(list[(at + 4)..]);
            if (kind == MaskEntry)
            {
                mask = permissions;
            }
            else if (kind is UserEntry or GroupEntry && (permissions & ReadWrite) == ReadWrite)
            {
                (kind == UserEntry ? users : groups).Add(number);
            }
        }

        return (mask & ReadWrite) == ReadWrite ? (users, groups) : ([], []);
    }
}
