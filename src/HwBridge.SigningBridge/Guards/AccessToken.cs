using System.Buffers;
using System.Text;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.SigningBridge.Guards;

/// <summary>The bearer token (RFC 6750) that a client has to show: 32 random bytes as 64 hex digits, in a file of mode 0600.</summary>
/// <remarks>
/// It stays in guarded memory here; what a client sends passes through the framework's buffers, as any header does.
/// </remarks>
internal sealed class AccessToken : IDisposable
{
    private const int Digits = 64;
    private const int MaxFile = Digits + 2;
    private const string Scheme = "Bearer ";
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    private readonly SecretBuffer _digits;

    private AccessToken(SecretBuffer digits) => _digits = digits;

    /// <summary>Reads the file, or makes it where there is none.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: others can read it, or no token stands in it; <see cref="Fault.Io"/>.</exception>
    internal static async Task<AccessToken> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path))
        {
            PrivateFolder.Create(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using AccessToken made = Random();
            using SecretBuffer line = SecretBuffer.Allocate(Digits + 1);
            made._digits.Span.CopyTo(line.Span);
            line.Span[^1] = (byte)'\n';
            AtomicFile.Write(path, line.Span, overwrite: false, cancellationToken);
        }

        RequirePrivate(path);
        using SecretBuffer content = await InputFile.ReadSecretAsync(path, MaxFile, cancellationToken).ConfigureAwait(false);
        int length = content.Length > 0 && content.Span[^1] == (byte)'\n' ? content.Length - 1 : content.Length;
        return length == Digits && !content.Span[..length].ContainsAnyExcept(HexDigits)
            ? new AccessToken(SecretBuffer.CopyOf(content.Span[..length]))
            : throw new FaultException(
                Fault.BadInput, $"{path}: holds no token of 64 hex digits", $"Move it away: a new one is made with the next start (rm {path}).");
    }

    /// <summary>A new one, in no file.</summary>
    internal static AccessToken Random()
    {
        using SecretBuffer random = SecretBuffer.Random(Digits / 2);
        SecretBuffer digits = SecretBuffer.Allocate(Digits);
        SecretHex.Encode(random.Span, digits.Span);
        return new AccessToken(digits);
    }

    /// <summary>Whether a header's value is <c>Bearer</c> and this token, compared in constant time.</summary>
    internal bool IsIn(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.Ordinal) == true && Is(authorization.AsSpan(Scheme.Length));

    /// <summary>Whether these are the digits, in constant time.</summary>
    internal bool Is(ReadOnlySpan<char> digits)
    {
        Span<byte> given = stackalloc byte[Digits];
        bool isText = digits.Length == Digits && Encoding.ASCII.GetBytes(digits, given) == Digits;
        bool isSame = _digits.ConstantTimeEquals(given);
        given.Clear();
        return isText && isSame;
    }

    /// <summary>The digits for a link that is shown once.</summary>
    internal string Show() => Encoding.ASCII.GetString(_digits.Span);

    public void Dispose() => _digits.Dispose();

    private static void RequirePrivate(string path)
    {
        if (OperatingSystem.IsLinux() && NodeAccess.Of(path) is { } access && (access.Owner != LibC.geteuid() || (access.Mode & Others) != 0))
        {
            bool isOthers = access.Owner != LibC.geteuid();
            throw new FaultException(
                Fault.BadInput,
                isOthers ? $"{path}: belongs to another user" : $"{path}: other users can get at the token",
                isOthers ? "Name another file with --token-file." : $"Take it from them and make a new one: rm {path}");
        }
    }
}
