using System.Diagnostics;
using System.Text;
using HwBridge.Protocols.Age;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>
/// An age program of the test's own, with a codec of its own: it sends several files, identities and file keys, unknown commands as rage
/// does, and breaks off or answers as it likes.
/// </summary>
internal sealed class PluginClient : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly StreamReader _output;
    private readonly StringBuilder _error = new();

    internal PluginClient(string machine, string devices)
    {
        ProcessStartInfo start = new(PublishedProgram.AgePlugin, [$"--age-plugin={machine}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["HWBRIDGE_DEVICE"] = devices;
        _process = Process.Start(start)!;
        _output = new StreamReader(_process.StandardOutput.BaseStream, Encoding.Latin1);
        _process.ErrorDataReceived += (_, data) =>
        {
            lock (_error)
            {
                _error.AppendLine(data.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to stderr, which no person would see.</summary>
    internal string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>The bytes of a stanza.</summary>
    internal static byte[] Encode(string type, IEnumerable<string> arguments, ReadOnlySpan<byte> body)
    {
        StringBuilder text = new($"-> {string.Join(' ', arguments.Prepend(type))}\n");
        string digits = Convert.ToBase64String(body).TrimEnd('=');
        for (int i = 0; i <= digits.Length; i += 64)
        {
            text.Append(digits, i, Math.Min(64, digits.Length - i)).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    internal void Send(string type, params string[] arguments) => Write(Encode(type, arguments, []));

    internal void Send(string type, byte[] body) => Write(Encode(type, [], body));

    /// <summary>Sends the stanzas of a file.</summary>
    internal void Send(int file, IEnumerable<AgeStanza> stanzas)
    {
        foreach (AgeStanza stanza in stanzas)
        {
            Write(Encode("recipient-stanza", [$"{file}", stanza.Type, .. stanza.Arguments], stanza.Body.Span));
        }
    }

    internal void Write(byte[] bytes)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(bytes);
            _process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // It has ended: what it said before tells why.
        }
    }

    /// <summary>Closes both pipes, as a program does that dies.</summary>
    internal void HangUp()
    {
        _process.StandardInput.Close();
        _output.Dispose();
    }

    /// <summary>The next stanza, or null when the plugin has closed its end.</summary>
    internal async Task<PluginStanza?> ReceiveAsync()
    {
        using CancellationTokenSource late = new(Patience);
        if (await _output.ReadLineAsync(late.Token).ConfigureAwait(false) is not { } first)
        {
            return null;
        }

        Assert.That(first, Does.StartWith("-> ").And.Match("^[!-~]+( [!-~]+)+$"));
        StringBuilder digits = new();
        string? line;
        do
        {
            line = await _output.ReadLineAsync(late.Token).ConfigureAwait(false);
            Assert.That(line, Is.Not.Null.And.Length.LessThanOrEqualTo(64), "a stanza ends with a shorter line");
            digits.Append(line);
        }
        while (line!.Length == 64);

        Assert.That(digits.ToString(), Does.Match("^[A-Za-z0-9+/]*$"));
        string[] words = first[3..].Split(' ');
        string padding = new('=', (4 - (digits.Length % 4)) % 4);
        return new PluginStanza(words[0], words[1..], Convert.FromBase64String(digits + padding));
    }

    /// <summary>Answers every command until <c>done</c> or the end, and gives all that was said.</summary>
    /// <param name="answer">The bytes of each answer; <c>ok</c> when null.</param>
    internal async Task<IReadOnlyList<PluginStanza>> TalkAsync(Func<PluginStanza, byte[]>? answer = null)
    {
        List<PluginStanza> said = [];
        while (await ReceiveAsync().ConfigureAwait(false) is { } stanza)
        {
            said.Add(stanza);
            if (stanza.Type == "done")
            {
                break;
            }

            Write(answer is null ? Encode("ok", [], []) : answer(stanza));
        }

        return said;
    }

    /// <summary>Waits for its end.</summary>
    internal async Task<int> ExitAsync()
    {
        using CancellationTokenSource late = new(Patience);
        await _process.WaitForExitAsync(late.Token).ConfigureAwait(false);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _output.Dispose();
        _process.Dispose();
    }
}
