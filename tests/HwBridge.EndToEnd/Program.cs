using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using HwBridge.Backups.Drills;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.Secrets;
using HwBridge.Shared.Keymanager;

namespace HwBridge.EndToEnd;

/// <summary>
/// A program that keeps a copy of a secret where it was told to: what the search of memory has to find; that writes a record of drills
/// until it is killed; or a validator client.
/// </summary>
internal static class Program
{
    internal const int Size = 32;

    /// <summary>The day of the drill with the number 0.</summary>
    internal static readonly DateOnly FirstDay = new(2000, 1, 1);

    /// <summary>The secret, by arithmetic that leaves nothing of it anywhere else.</summary>
    internal static void Fill(Span<byte> secret)
    {
        uint state = 2463534242;
        for (int i = 0; i < Size; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            secret[i] = (byte)(state >> 24);
        }
    }

    private static unsafe int Main(string[] arguments)
    {
        if (arguments[0] == "drills")
        {
            return NoteDrills(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture));
        }

        if (arguments[0] == "keymanager")
        {
            return ServeKeymanager(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
        }

        using SecretBuffer guarded = SecretBuffer.Allocate(Size);
        Fill(guarded.Span);
        object? kept = null;
        byte* native = null;
        byte* stack = stackalloc byte[64];
        switch (arguments[0])
        {
            case "array":
                kept = guarded.Span.ToArray();
                break;
            case "part":
                kept = guarded.Span[7..19].ToArray();
                break;
            case "hex":
                kept = Convert.ToHexString(guarded.Span);
                break;
            case "base64":
                kept = Encoding.ASCII.GetBytes(Convert.ToBase64String([1, .. guarded.Span]));
                break;
            case "reversed":
                byte[] reversed = guarded.Span.ToArray();
                Array.Reverse(reversed);
                kept = reversed;
                break;
            case "native":
                native = (byte*)NativeMemory.Alloc(64);
                guarded.Span.CopyTo(new Span<byte>(native, 64));
                break;
            case "stack":
                guarded.Span.CopyTo(new Span<byte>(stack, 64));
                break;
            case "dead":
                Leave(guarded.Span);
                break;
            default:
                break;
        }

        if (arguments[0] != "guarded")
        {
            guarded.Dispose();
        }

        Console.Out.WriteLine("ready");
        Console.In.ReadLine();
        GC.KeepAlive(kept);
        NativeMemory.Free(native);
        new Span<byte>(stack, 64).Clear();
        return 0;
    }

    /// <summary>Notes drills of so many subjects from a first one on, a day for each; says each number when it is on the disk.</summary>
    private static int NoteDrills(string folder, int first, int count)
    {
        DrillRecordFile record = new(folder);
        for (int number = first; number < first + count; number++)
        {
            byte[] recipient = new byte[X25519PublicKey.Size];
            BitConverter.TryWriteBytes(recipient, number % DrillRecord.MaxEntries);
            using DrillSubject subject = DrillSubject.OfWallet(new X25519PublicKey(recipient));
            record.NoteAsync(subject, matched: true, FirstDay.AddDays(number), CancellationToken.None).GetAwaiter().GetResult();
            Console.Out.WriteLine(number);
            Console.Out.Flush();
        }

        return 0;
    }

    /// <summary>A validator client on hoodi, until Ctrl-C; tells of each key that it gets.</summary>
    private static async Task<int> ServeKeymanager(string tokenFile, int port)
    {
        string token = (await File.ReadAllTextAsync(tokenFile).ConfigureAwait(false)).Trim();
        TaskCompletionSource stopped = new();
        using PosixSignalRegistration signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            stopped.TrySetResult();
        });
        KeymanagerServer server = await KeymanagerServer.StartAsync(token, Network.Hoodi.GenesisValidatorsRoot, port: port).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            Console.Out.WriteLine($"validator client on {server.Url}");
            await stopped.Task.ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>Returns, and leaves it deeper on the stack than anything that is called later.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void Leave(ReadOnlySpan<byte> secret)
    {
        byte* deep = stackalloc byte[256 << 10];
        secret.CopyTo(new Span<byte>(deep, 64));
    }
}
