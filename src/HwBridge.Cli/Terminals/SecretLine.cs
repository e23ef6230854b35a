using System.Text.Unicode;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Terminals;

/// <summary>One line of secret input, edited byte by byte as it is typed; in guarded memory throughout.</summary>
/// <param name="kind">What it may hold: keypad places are the digits 1–9, a place of a seed one of them or a backspace, without an Enter.</param>
internal sealed class SecretLine(SecretKind kind) : IDisposable
{
    /// <summary>The longest line in bytes.</summary>
    internal const int MaximumLength = 1024;

    private const byte EndOfInput = 0x04;
    private const byte Backspace = 0x08;
    private const byte KillLine = 0x15;
    private const byte KillWord = 0x17;
    private const byte EscapeKey = 0x1b;
    private const byte Delete = 0x7f;

    private readonly SecretBuffer _bytes = SecretBuffer.Allocate(MaximumLength);
    private Escape _escape;

    private enum Escape
    {
        None,
        Begun,
        Sequence,
    }

    /// <summary>The number of bytes.</summary>
    internal int Length { get; private set; }

    /// <summary>The bytes typed; valid until the next key.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.Span[..Length];

    /// <summary>True when more was typed than fits; the line is then of no use.</summary>
    internal bool IsTooLong { get; private set; }

    /// <summary>True for whole UTF-8 characters.</summary>
    internal bool IsText => Utf8.IsValid(Bytes);

    /// <summary>Takes one byte from the keyboard.</summary>
    internal LineState Take(byte key)
    {
        // Arrow and function keys send ESC [ … letter or ESC O letter; none of it belongs to the secret.
        switch (_escape)
        {
            case Escape.Begun when key is (byte)'[' or (byte)'O':
                _escape = Escape.Sequence;
                return LineState.Open;
            case Escape.Sequence:
                _escape = key is >= 0x40 and <= 0x7e ? Escape.None : Escape.Sequence;
                return LineState.Open;
            default:
                _escape = Escape.None;
                break;
        }

        switch (key)
        {
            case Delete or Backspace when kind == SecretKind.SeedPlace:
                Append(Backspace);
                return LineState.Ended;
            case (byte)'\r' or (byte)'\n' when kind == SecretKind.SeedPlace:
                break;
            case (byte)'\r' or (byte)'\n':
                return LineState.Ended;
            case EndOfInput when Length == 0:
                return LineState.Declined;
            case EscapeKey:
                _escape = Escape.Begun;
                break;
            case Delete or Backspace:
                RemoveCharacter();
                break;
            case KillLine or KillWord:
                Clear();
                break;
            case < 0x20:
            case not (>= (byte)'1' and <= (byte)'9') when kind is SecretKind.PinMatrix or SecretKind.SeedPlace:
                break;
            default:
                Append(key);
                return kind == SecretKind.SeedPlace ? LineState.Ended : LineState.Open;
        }

        return LineState.Open;
    }

    /// <summary>Wipes the line.</summary>
    internal void Clear()
    {
        _bytes.Span.Clear();
        Length = 0;
        IsTooLong = false;
    }

    /// <summary>A copy of exactly the bytes typed; the caller disposes it.</summary>
    internal SecretBuffer ToSecretBuffer() => SecretBuffer.CopyOf(Bytes);

    public void Dispose() => _bytes.Dispose();

    private void Append(byte key)
    {
        if (Length == MaximumLength)
        {
            IsTooLong = true;
            return;
        }

        _bytes.Span[Length++] = key;
    }

    private void RemoveCharacter()
    {
        // The bytes 10xxxxxx continue a character.
        bool continued = true;
        while (continued && Length > 0)
        {
            Length--;
            continued = (_bytes.Span[Length] & 0xc0) == 0x80;
            _bytes.Span[Length] = 0;
        }
    }
}
