using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Terminals;

/// <summary>A password from <c>--password-file</c> or <c>--password-fd</c>, or a token from a file: the first line, read straight into guarded memory.</summary>
/// <remarks>The line's end is not part of it. Pipes are waited for until cancelled; no more is read than the line may be long.</remarks>
internal static class PasswordSource
{
    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a file or a named pipe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="person">Is warned when others may read the file.</param>
    /// <param name="cancellationToken">Stops the wait for a pipe.</param>
    /// <param name="option">How the file was named, for faults.</param>
    /// <returns>The password; the caller disposes it.</returns>
    /// <exception cref="FaultException">It can't be read, or is empty, too long or not text (<see cref="Fault.BadInput"/>).</exception>
    internal static SecretBuffer FromFile(
        string path, IPerson person, CancellationToken cancellationToken, string option = "--password-file")
    {
        string name = $"{option} {path}";
        try
        {
            // Not blocking, so that opening a pipe without a writer can't hang where no token reaches.
            using Descriptor descriptor = Descriptor.Open(path, LibC.ReadOnly | LibC.NonBlocking);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(descriptor.Handle) & OthersMayRead) != 0)
            {
                person.Tell($"Warning: other users may read {path}. Make it yours alone: chmod 600 {path}");
            }

            return ReadFirstLine(descriptor, name, cancellationToken);
        }
        catch (IOException error)
        {
            throw Unreadable(name, error);
        }
    }

    /// <summary>Reads a descriptor that this program was started with.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="cancellationToken">Stops the wait for a pipe.</param>
    /// <returns>The password; the caller disposes it.</returns>
    /// <exception cref="FaultException">It can't be read, or is empty, too long or not text (<see cref="Fault.BadInput"/>).</exception>
    internal static SecretBuffer FromDescriptor(int number, CancellationToken cancellationToken)
    {
        string name = $"--password-fd {number}";
        try
        {
            using Descriptor descriptor = Descriptor.Inherited(number);
            return ReadFirstLine(descriptor, name, cancellationToken);
        }
        catch (IOException error)
        {
            throw Unreadable(name, error);
        }
    }

    private static SecretBuffer ReadFirstLine(Descriptor descriptor, string name, CancellationToken cancellationToken)
    {
        // Room for the longest line and its end, \r\n.
        using SecretBuffer buffer = SecretBuffer.Allocate(SecretLine.MaximumLength + 2);
        int length = 0;
        int end = -1;
        while (end < 0 && length < buffer.Length)
        {
            int count = descriptor.Read(buffer.Span[length..], cancellationToken);
            length += count;
            end = buffer.Span[..length].IndexOf((byte)'\n');
            if (count == 0)
            {
                break;
            }
        }

        ReadOnlySpan<byte> line = buffer.Span[..(end < 0 ? length : end)];
        if (end > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }

        return line.Length switch
        {
            0 => throw Bad(name, "holds nothing in its first line", "Write it into its first line."),
            > SecretLine.MaximumLength => throw Bad(
                name, $"has a first line of more than {SecretLine.MaximumLength} bytes", "Check that it is the right file."),
            _ when !System.Text.Unicode.Utf8.IsValid(line) => throw Bad(name, "is not UTF-8 text", "Check that it is the right file."),
            _ => SecretBuffer.CopyOf(line),
        };
    }

    private static FaultException Bad(string name, string what, string remedy) => new(Fault.BadInput, $"{name} {what}", remedy);

    private static FaultException Unreadable(string name, IOException error) => new(
        Fault.BadInput,
        $"{name} can't be read ({error.Message})",
        "Check the file or descriptor and that you may read it.",
        error);
}
