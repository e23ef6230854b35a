using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HwBridge.Transports.Linux;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HwBridge.SigningBridge.Callers;

/// <summary>
/// Finds the program at the other end of a connection: by the peer credentials of a Unix socket (unix(7), SO_PEERCRED), or for TCP by the
/// socket's inode in /proc/net/tcp and among the descriptors of the own user's processes (proc(5)). Linux.
/// </summary>
internal static class CallerLookup
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialsSize = 12;
    private const string Established = "01";

    /// <summary>Who sent this request; asked once a connection.</summary>
    internal static CallingProgram Find(HttpContext context)
    {
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items?.TryGetValue(typeof(CallingProgram), out object? known) == true && known is CallingProgram caller)
        {
            return caller;
        }

        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        caller = socket is null ? new CallingProgram("an unknown program", null) : Find(socket);
        items?.TryAdd(typeof(CallingProgram), caller);
        return caller;
    }

    /// <summary>False when the program at the other end of a Unix socket is another user's, who got a hold of it in some way.</summary>
    internal static bool IsOwnUser(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket)
        {
            return true;
        }

        uint user = Credentials(socket).User;
        return user == 0 || user == LibC.geteuid();
    }

    private static CallingProgram Find(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return OfProcess(Credentials(socket).Process);
        }

        if (socket is not { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local })
        {
            return new CallingProgram("an unknown program", null);
        }

        return FindInode(remote, local) is { } inode && FindHolder($"socket:[{inode}]") is { } process
            ? OfProcess(process)
            : new CallingProgram(string.Create(CultureInfo.InvariantCulture, $"an unknown program on port {remote.Port}"), null);
    }

    /// <summary>struct ucred: process, user, group.</summary>
    private static (int Process, uint User) Credentials(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return (BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
    }

    private static CallingProgram OfProcess(int process)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        try
        {
            return new CallingProgram(
                File.ResolveLinkTarget($"{folder}/exe", returnFinalTarget: false) is { } program
                    ? Path.GetFileName(program.FullName)
                    : File.ReadAllText($"{folder}/comm").Trim(),
                process);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended, or hides what it is: its number is all that is known.
            return new CallingProgram("a program", process);
        }
    }

    private static string? FindInode(IPEndPoint remote, IPEndPoint local)
    {
        // Lines: sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode. A client may reach 127.0.0.1 by an IPv6 socket.
        string theirs = string.Create(CultureInfo.InvariantCulture, $":{remote.Port:X4}");
        string ours = string.Create(CultureInfo.InvariantCulture, $":{local.Port:X4}");
        try
        {
            foreach (string line in File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[1].EndsWith(theirs, StringComparison.Ordinal) && fields[2].EndsWith(ours, StringComparison.Ordinal)
                    && fields[3] == Established)
                {
                    return fields[9];
                }
            }
        }
        catch (IOException)
        {
            // Without these tables the program stays unknown, which is what is said then.
            return null;
        }

        return null;
    }

    private static int? FindHolder(string target)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            {
                continue;
            }

            try
            {
                foreach (string descriptor in Directory.EnumerateFileSystemEntries($"{folder}/fd"))
                {
                    if (new FileInfo(descriptor).LinkTarget == target)
                    {
                        return process;
                    }
                }
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that has just ended.
                continue;
            }
        }

        return null;
    }
}
