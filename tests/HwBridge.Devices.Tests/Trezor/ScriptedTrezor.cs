using System.Threading.Channels;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>
/// The device's end of a wire, message by message: a test says what it answers, and it does by itself what a host asks in between
/// (Cancel, Ping, Initialize, EndSession).
/// </summary>
internal sealed class ScriptedTrezor : ITransport
{
    private readonly CodecV1Framing _framing = new();
    private readonly Channel<byte[]> _packets = Channel.CreateUnbounded<byte[]>();

    internal delegate bool Answering(MessageType type, byte[] payload);

    /// <summary>Sees each whole message first; true when it took it.</summary>
    internal Answering Answer { get; set; } = static (_, _) => false;

    /// <summary>Sees each packet of the host first; true when it took it.</summary>
    internal Func<byte[], bool> Packet { get; set; } = static _ => false;

    /// <summary>Called when the host waits and nothing is there.</summary>
    internal Action Idle { get; set; } = static () => { };

    /// <summary>All whole messages of the host.</summary>
    internal List<(MessageType Type, byte[] Payload)> Heard { get; } = [];

    /// <summary>The packets of the last whole message.</summary>
    internal List<byte[]> LastPackets { get; } = [];

    /// <summary>How many packets in either direction go through before the device is gone.</summary>
    internal int PacketsUntilGone { get; set; } = int.MaxValue;

    internal bool IsDisposed { get; private set; }

    internal Features Features { get; set; } = ModelOne();

    public string Uri => "trezor+udp://scripted:21324";

    internal static Features ModelOne() => new()
    {
        Vendor = "trezor.io",
        MajorVersion = 1,
        MinorVersion = 14,
        PatchVersion = 2,
        Model = "1",
        InternalModel = "T1B1",
        Initialized = true,
        Unlocked = true,
        PassphraseProtection = false,
        Capabilities = { 1, 2, 5, 7 },
        SessionId = ByteString.CopyFrom([.. Enumerable.Range(1, 32).Select(i => (byte)i)]),
    };

    internal static Features ModelT() => new()
    {
        Vendor = "trezor.io",
        MajorVersion = 2,
        MinorVersion = 8,
        PatchVersion = 9,
        Model = "T",
        InternalModel = "T2T1",
        Initialized = true,
        Unlocked = true,
        PassphraseProtection = true,
        Capabilities = { 1, 2, 5, 7, 17 },
        SessionId = ByteString.CopyFrom([.. Enumerable.Range(101, 32).Select(i => (byte)i)]),
    };

    internal void Say(MessageType type, IMessage message) => Say(type, message.ToByteArray());

    internal void Say(MessageType type, byte[] payload)
    {
        using CodecV1Framing framing = new();
        framing.BeginSend([(byte)((int)type >> 8), (byte)type, .. payload]);
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            SayPacket(piece.ToArray());
        }
    }

    internal void SayPacket(byte[] packet) => _packets.Writer.TryWrite(packet);

    internal void Fail(FailureType code) => Say(MessageType.Failure, new Failure { Code = code, Message = "text of the device" });

    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Count();
        byte[] packet = piece.ToArray();
        if (!Packet(packet))
        {
            Take(packet);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_packets.Reader.Count == 0)
        {
            Idle();
        }

        byte[] packet = await _packets.Reader.ReadAsync(cancellationToken);
        Count();
        packet.CopyTo(buffer);
        return packet.Length;
    }

    public void Drain()
    {
        while (_packets.Reader.TryRead(out _))
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _framing.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Count()
    {
        if (PacketsUntilGone-- <= 0)
        {
            throw new FaultException(Fault.DeviceNotFound, "gone", "Plug it in.");
        }
    }

    /// <summary>As a Model One reads: a packet without a mark ends the message, silently.</summary>
    private void Take(byte[] packet)
    {
        packet.CopyTo(_framing.ReceiveBuffer);
        LastPackets.Add(packet);
        try
        {
            if (!_framing.Receive(packet.Length))
            {
                return;
            }
        }
        catch (FaultException)
        {
            LastPackets.Clear();
            return;
        }

        MessageType type = TrezorMessage.TypeOf(_framing.Message);
        byte[] payload = TrezorMessage.PayloadOf(_framing.Message).ToArray();
        _framing.BeginReceive();
        Heard.Add((type, payload));
        if (!Answer(type, payload))
        {
            AnswerAsEver(type, payload);
        }

        LastPackets.Clear();
    }

    private void AnswerAsEver(MessageType type, byte[] payload)
    {
        switch (type)
        {
            case MessageType.Initialize:
                Say(MessageType.Features, Features);
                break;
            case MessageType.Cancel:
                Fail(FailureType.ActionCancelled);
                break;
            case MessageType.Ping:
                Say(MessageType.Success, new Success { Message = Ping.Parser.ParseFrom(payload).Message });
                break;
            case MessageType.EndSession:
                Say(MessageType.Success, new Success());
                break;
            default:
                Fail(FailureType.UnexpectedMessage);
                break;
        }
    }
}
