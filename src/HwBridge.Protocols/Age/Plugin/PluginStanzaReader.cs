using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>
/// Cuts the bytes that an age program sends to its plugin into stanzas (https://c2sp.org/age-plugin). Any body may be a secret, a file
/// key or a passphrase: lines and bodies lie in guarded memory, and a body is wiped when the next stanza begins.
/// </summary>
/// <remarks>After a fault the stream has no known place to go on: the reader is of no more use.</remarks>
public sealed class PluginStanzaReader : IDisposable
{
    /// <summary>The longest line that is read, in bytes: twice what age reads of a recipient.</summary>
    public const int MaxLine = 16384;

    /// <summary>The longest body that is read, in bytes, about: as long as all of a header (<see cref="AgeHeader.MaxLength"/>).</summary>
    public const int MaxBody = 1 << 20;

    private readonly SecretBuffer _line = SecretBuffer.Allocate(MaxLine);
    private SecretWriter _body = new();
    private int _length;
    private int _stanzas;
    private bool _isOpen;
    private bool _isWhole;

    /// <summary>The stanza's first argument, once <see cref="Read"/> has said true.</summary>
    public string Type { get; private set; } = string.Empty;

    /// <summary>The arguments after the type.</summary>
    public IReadOnlyList<string> Arguments { get; private set; } = [];

    /// <summary>The decoded body, valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Body => _body.WrittenSpan;

    /// <summary>Takes bytes up to the end of a stanza.</summary>
    /// <param name="input">What has arrived; advanced over what was taken.</param>
    /// <returns>True when a stanza is whole.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: no stanza, or one over a limit.</exception>
    public bool Read(ref ReadOnlySpan<byte> input)
    {
        if (_isWhole)
        {
            Forget();
        }

        while (!_isWhole && !input.IsEmpty)
        {
            int end = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = end < 0 ? input : input[..end];
            if (_length + piece.Length > MaxLine)
            {
                throw Malformed($"a line is longer than {MaxLine} bytes");
            }

            piece.CopyTo(_line.Span[_length..]);
            _length += piece.Length;
            input = input[(end < 0 ? piece.Length : end + 1)..];
            if (end >= 0)
            {
                TakeLine(_line.Span[.._length]);
                _length = 0;
            }
        }

        return _isWhole;
    }

    /// <summary>Wipes the last stanza.</summary>
    public void Forget()
    {
        _line.Span.Clear();
        _isWhole = false;
        if (_body.WrittenCount > 0)
        {
            _body.Dispose();
            _body = new SecretWriter();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _line.Dispose();
        _body.Dispose();
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        if (!_isOpen)
        {
            _stanzas++;
            if (AgeStanzaCodec.ReadArguments(line, out string[] arguments) is { } cause)
            {
                throw Malformed(cause);
            }

            (Type, Arguments, _isOpen) = (arguments[0], arguments[1..], true);
            return;
        }

        if (_body.WrittenCount > MaxBody)
        {
            throw Malformed($"its body is longer than {MaxBody} bytes");
        }

        if (AgeStanzaCodec.ReadBodyLine(line, _body, out bool last) is { } reason)
        {
            throw Malformed(reason);
        }

        (_isOpen, _isWhole) = (!last, last);
    }

    private FaultException Malformed(string cause) => PluginFault.Broken($"stanza {_stanzas}: {cause}");
}
