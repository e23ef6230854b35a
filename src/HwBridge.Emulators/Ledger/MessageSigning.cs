using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Execution;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>SIGN_PERSONAL_MESSAGE (E008): a message in parts.</summary>
internal sealed class MessageSigning(SigningReviews reviews)
{
    private readonly List<byte> _received = [];
    private uint[]? _path;
    private int _announced;

    /// <summary>Whatever was sent half is forgotten.</summary>
    internal void Reset()
    {
        _path = null;
        _received.Clear();
    }

    internal AppStep Handle(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (p1 is not (0 or EthereumApp.FollowingPart) || p2 != 0)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (p1 == 0)
        {
            if (_path is not null)
            {
                // A second one cancels the first.
                return Fail(StatusWords.NotAllowed);
            }

            if (!EthereumAppDevice.TryReadPath(ref data, out uint[] path) || data.Length < sizeof(int))
            {
                return Fail(StatusWords.BadData);
            }

            if (EthereumAppDevice.Forbids(path) is { } refusal)
            {
                return Fail(refusal);
            }

            // The app keeps 16 bits of the length.
            _announced = (ushort)BinaryPrimitives.ReadInt32BigEndian(data);
            _path = path;
            data = data[sizeof(int)..];
        }
        else if (_path is null)
        {
            return Fail(StatusWords.BadData);
        }

        if (data.Length > _announced - _received.Count)
        {
            return Fail(StatusWords.BadData);
        }

        _received.AddRange(data);
        return _received.Count < _announced ? AppStep.Of(StatusWords.Ok) : Review();
    }

    private AppStep Fail(ushort status)
    {
        Reset();
        return AppStep.Of(status);
    }

    private AppStep Review()
    {
        byte[] message = [.. _received];
        uint[] path = _path!;
        Reset();
        bool isText = !message.AsSpan().ContainsAnyExceptInRange((byte)0x20, (byte)0x7e);
        string shown = isText ? Encoding.ASCII.GetString(message) : $"0x{Convert.ToHexStringLower(message)}";
        return reviews.Sign(path, PersonalMessage.SigningHash(message), 27, reviews.Of("Review message", new ScreenField("Message", shown)));
    }
}
