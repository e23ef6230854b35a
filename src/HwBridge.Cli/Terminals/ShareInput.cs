using System.Text;
using HwBridge.Backups.Files;
using HwBridge.Backups.Sharing;
using HwBridge.Core.Faults;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Terminals;

/// <summary>Shares on the standard input: each a pasted armored file, or a line with the name of a file. Nothing of it is secret.</summary>
internal sealed class ShareInput : IShareInbox, IDisposable
{
    private const int LongestLine = 4096;

    private readonly Descriptor _input = Descriptor.Inherited(0);
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _length;
    private bool _broken;

    /// <inheritdoc/>
    public async ValueTask<ShareFile?> NextAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: the wait for a line blocks.
        string? text = await Task.Factory.StartNew(
            () => ReadItem(cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        return text switch
        {
            null => null,
            _ when IsArmor(text) => new ShareFile("the pasted share", Encoding.UTF8.GetBytes(text)),
            _ => new ShareFile(text, await InputFile.ReadAsync(text, ShareExchange.MaxFileSize, cancellationToken).ConfigureAwait(false)),
        };
    }

    public void Dispose() => _input.Dispose();

    private static bool IsArmor(string text) => text.StartsWith("-----BEGIN", StringComparison.Ordinal);

    /// <summary>A file's name or all lines of a pasted file; null at the end.</summary>
    private string? ReadItem(CancellationToken cancellationToken)
    {
        string? line;
        do
        {
            line = ReadLine(cancellationToken)?.Trim();
        }
        while (line is { Length: 0 });

        if (line is null || !IsArmor(line))
        {
            return line;
        }

        StringBuilder pasted = new();
        while (line is not null && pasted.Length <= ShareExchange.MaxFileSize)
        {
            pasted.Append(line).Append('\n');
            if (line.StartsWith("-----END", StringComparison.Ordinal))
            {
                break;
            }

            line = ReadLine(cancellationToken)?.Trim();
        }

        return pasted.ToString();
    }

    private string? ReadLine(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n');
            if (end < 0 && _length == _buffer.Length)
            {
                _length = 0;
                throw new FaultException(Fault.BadInput, $"a line of the standard input is longer than {LongestLine} bytes", "Paste a share, or type a file's name.");
            }

            int count = end < 0 ? Read(cancellationToken) : 0;
            if (end < 0 && count > 0)
            {
                continue;
            }

            if (end < 0 && _length == 0)
            {
                return null;
            }

            int length = end < 0 ? _length : end;
            string line = Encoding.UTF8.GetString(_buffer, 0, length);
            int rest = Math.Min(length + 1, _length);
            _buffer.AsSpan(rest, _length - rest).CopyTo(_buffer);
            _length -= rest;
            return line;
        }
    }

    private int Read(CancellationToken cancellationToken)
    {
        if (_broken)
        {
            return 0;
        }

        try
        {
            int count = _input.Read(_buffer.AsSpan(_length), cancellationToken);
            _length += count;
            return count;
        }
        catch (IOException error)
        {
            _broken = true;
            throw new FaultException(Fault.Io, $"the standard input can't be read ({error.Message})", "Run the command at a terminal.", error);
        }
    }
}
