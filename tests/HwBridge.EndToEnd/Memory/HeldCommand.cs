using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using HwBridge.EndToEnd.Faults;
using HwBridge.Shared.Terminals;

namespace HwBridge.EndToEnd.Memory;

/// <summary>
/// <c>hwbridge</c> with a full pipe as its stdout: it can't write its answer, which is the last that it does, until it is let go.
/// </summary>
internal sealed class HeldCommand : IDisposable
{
    private const int SetPipeSize = 1031;
    private const int Page = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly AnonymousPipeServerStream _reader = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _writer;
    private readonly RunningCommand _running;
    private readonly string[] _arguments;

    private HeldCommand(Workplace workplace, PseudoTerminal? terminal, string[] arguments)
    {
        _arguments = arguments;
        _writer = new AnonymousPipeClientStream(PipeDirection.Out, _reader.ClientSafePipeHandle);
        int descriptor = (int)_writer.SafePipeHandle.DangerousGetHandle();
        Assert.That(fcntl(descriptor, SetPipeSize, Page), Is.EqualTo(Page));
        _writer.Write(new byte[Page]);
        string output = string.Create(CultureInfo.InvariantCulture, $">/proc/{Environment.ProcessId}/fd/{descriptor}");
        string input = terminal is null ? string.Empty : $"setsid --ctty <{terminal.Path}";
        string line = $"TMPDIR={workplace.Folder} exec {input} \"$0\" \"$@\" {output}";
        _running = RunningCommand.Program(workplace.Folder, holdsInput: false, ["/bin/bash", "-c", line, PublishedProgram.HwBridge, .. arguments]);
    }

    /// <summary>What it has said on stderr.</summary>
    internal string Error => string.Join('\n', _running.Error);

    internal int ProcessId => _running.ProcessId;

    /// <summary>Starts it.</summary>
    /// <param name="workplace">Where.</param>
    /// <param name="terminal">The terminal on which it asks for secrets, or null for none.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static HeldCommand Start(Workplace workplace, PseudoTerminal? terminal, params string[] arguments) =>
        new(workplace, terminal, arguments);

    /// <summary>Waits until something has happened.</summary>
    internal Task UntilAsync(Func<bool> happened, string what) => _running.WaitForAsync(happened, Patience, what);

    /// <summary>Waits until it has more than <paramref name="bytes"/> of memory to write to in one piece: scrypt is at work.</summary>
    internal Task UntilItHasAsync(long bytes) => UntilAsync(
        () => File.ReadLines($"/proc/{ProcessId}/maps").Any(line =>
        {
            string[] words = line.Split(' ', 3);
            ulong[] ends = [.. words[0].Split('-').Select(end => ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            return words[1] == "rw-p" && ends[1] - ends[0] >= (ulong)bytes;
        }),
        "a key derivation");

    /// <summary>Waits until its work is done and a thread of it waits to write the answer.</summary>
    internal Task UntilDoneAsync() => UntilAsync(
        () =>
        {
            string pipe = File.ResolveLinkTarget($"/proc/{ProcessId}/fd/1", returnFinalTarget: false)!.Name;
            return Directory.GetDirectories($"/proc/{ProcessId}/task").Any(task => WritesTo(task) is { } target && target == pipe);
        },
        "the answer");

    /// <summary>Takes the answer and waits for the end.</summary>
    internal async Task<Outcome> EndAsync()
    {
        _writer.Dispose();
        await _reader.ReadExactlyAsync(new byte[Page]).ConfigureAwait(false);
        using StreamReader text = new(_reader);
        string answer = await text.ReadToEndAsync().ConfigureAwait(false);
        int exit = await _running.ExitAsync(Patience).ConfigureAwait(false);
        return new Outcome($"hwbridge {string.Join(' ', _arguments)}", exit, answer, Error);
    }

    /// <summary>Presses Ctrl-C.</summary>
    internal void Interrupt() => _running.Signal(2);

    public void Dispose()
    {
        _running.Dispose();
        _writer.Dispose();
        _reader.Dispose();
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);

    /// <summary>What a thread is just writing to.</summary>
    private string? WritesTo(string task)
    {
        try
        {
            string[] call = File.ReadAllText(Path.Combine(task, "syscall")).Split(' ');
            string write = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "1" : "64";
            if (call[0] != write)
            {
                return null;
            }

            int descriptor = int.Parse(call[1].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return File.ResolveLinkTarget($"/proc/{ProcessId}/fd/{descriptor}", returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            // The thread has just ended.
            return null;
        }
    }
}
