using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HwBridge.Emulators.Tests.Usb;

/// <summary>The host's side of USB/IP, as far as tests need it.</summary>
internal sealed class UsbipHost(IPEndPoint server) : IDisposable
{
    private readonly TcpClient _client = Connected(server);
    private uint _sequence;

    private NetworkStream Stream => _client.GetStream();

    /// <summary>Asks for the list, or for a device.</summary>
    internal async Task<(uint Status, byte[] Answer)> AskAsync(ushort code, string? busId, int rest)
    {
        byte[] request = new byte[busId is null ? 8 : 40];
        BinaryPrimitives.WriteUInt16BigEndian(request, 0x0111);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), code);
        Encoding.ASCII.GetBytes(busId ?? string.Empty, request.AsSpan(8));
        await Stream.WriteAsync(request);
        byte[] header = await ReadAsync(8);
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(header), Is.EqualTo(0x01110000u | (code & 0x7fffu)));
        uint status = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        return (status, status == 0 ? await ReadAsync(rest) : []);
    }

    /// <summary>Submits a transfer without waiting for its end.</summary>
    internal async Task<uint> SubmitAsync(byte endpoint, bool isIn, int length, byte[]? data = null, string setup = "0000000000000000", uint command = 1)
    {
        byte[] header = new byte[48];
        BinaryPrimitives.WriteUInt32BigEndian(header, command);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), ++_sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), isIn ? 1u : 0u);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), endpoint);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), length);
        Convert.FromHexString(setup).CopyTo(header, 40);
        await Stream.WriteAsync((byte[])[.. header, .. data ?? []]);
        return _sequence;
    }

    internal async Task UnlinkAsync(uint sequence)
    {
        byte[] header = new byte[48];
        BinaryPrimitives.WriteUInt32BigEndian(header, 2);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), ++_sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), sequence);
        await Stream.WriteAsync(header);
    }

    /// <summary>The next answer.</summary>
    /// <param name="isIn">Whether data come with it.</param>
    internal async Task<(uint Command, uint Sequence, int Status, byte[] Data)> AnswerAsync(bool isIn)
    {
        byte[] header = await ReadAsync(48);
        int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(24));
        return (
            BinaryPrimitives.ReadUInt32BigEndian(header),
            BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)),
            BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20)),
            isIn ? await ReadAsync(length) : []);
    }

    /// <summary>A control request that gives data.</summary>
    internal async Task<(int Status, byte[] Data)> ControlAsync(string setup, int length)
    {
        await SubmitAsync(0, isIn: true, length, setup: setup);
        (_, _, int status, byte[] data) = await AnswerAsync(isIn: true);
        return (status, data);
    }

    /// <summary>Whether the device let go.</summary>
    internal async Task<bool> IsClosedAsync()
    {
        try
        {
            return await Stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _client.Dispose();

    private static TcpClient Connected(IPEndPoint server)
    {
        TcpClient client = new();
        client.Connect(server);
        return client;
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        await Stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
