using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Bench.Exchange;

/// <summary>
/// The software Ledger behind an APDU socket in a process of its own, which knows by heart what it has answered once: then its own time
/// is a few microseconds, the same for every host, and what is measured is the host.
/// </summary>
internal static class RecitingLedger
{
    internal const string Argument = "--reciting-ledger";

    /// <summary>The seed of the whole comparison; published, of course.</summary>
    internal const string Mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    private const int LengthSize = 4;
    private const int StatusSize = 2;

    /// <summary>Serves one host after the other until standard input closes.</summary>
    internal static async Task ServeAsync()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, new PolicyScreen(approve: true));
        (ITransport transport, IFraming framing) = ledger.Connect();
        await using (transport)
        {
            using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();

            // A thread that blocks answers sooner than a pool that has to be woken.
            byte[] Ask(byte[] apdu) => AskAsync(transport, framing, apdu).AsTask().GetAwaiter().GetResult();
            new Thread(() => Serve(listener, Ask)) { IsBackground = true }.Start();
            Console.WriteLine($"ledger+tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
            }
        }
    }

    private static void Serve(Socket listener, Func<byte[], byte[]> ask)
    {
        Dictionary<string, byte[]> known = [];
        byte[] buffer = new byte[LengthSize + byte.MaxValue + 5];
        while (true)
        {
            using Socket client = listener.Accept();
            client.NoDelay = true;
            int count = 0;
            int read;
            while ((read = client.Receive(buffer.AsSpan(count))) > 0)
            {
                count += read;
                int length = count < LengthSize ? int.MaxValue - LengthSize : BinaryPrimitives.ReadInt32BigEndian(buffer);
                if (count < LengthSize + length)
                {
                    continue;
                }

                string apdu = Convert.ToHexString(buffer, LengthSize, length);
                if (!known.TryGetValue(apdu, out byte[]? answer))
                {
                    known[apdu] = answer = ask(buffer[LengthSize..count]);
                }

                client.Send(answer);
                count = 0;
            }
        }
    }

    /// <summary>The software Ledger's answer as it travels: the length without the status word, the data, the status word.</summary>
    private static async ValueTask<byte[]> AskAsync(ITransport transport, IFraming framing, byte[] apdu)
    {
        framing.BeginSend(apdu);
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            await transport.SendAsync(piece, CancellationToken.None);
        }

        framing.BeginReceive();
        while (!framing.Receive(await transport.ReceiveAsync(framing.ReceiveBuffer, CancellationToken.None)))
        {
        }

        byte[] answer = new byte[LengthSize + framing.Message.Length];
        BinaryPrimitives.WriteInt32BigEndian(answer, framing.Message.Length - StatusSize);
        framing.Message.CopyTo(answer.AsSpan(LengthSize));
        return answer;
    }
}
