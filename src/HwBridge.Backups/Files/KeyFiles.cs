using System.Text.Json;
using HwBridge.Core.Eip2335;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Files;

/// <summary>Finds and reads the keystores and key lists that a person names: files, and folders of keystores.</summary>
/// <remarks>
/// In a folder (not in its subfolders) a keystore is each <c>keystore*.json</c>, and each other <c>*.json</c> that is an object with the
/// member <c>crypto</c>; one that can't be read is a fault, never passed over. Everything else there, such as deposit_data-*.json or
/// a README, is left alone: who means a deposit file names it. A folder without any keystore is a fault.
/// </remarks>
public static class KeyFiles
{
    /// <summary>Reads the keystores of <paramref name="paths"/>, in the order given, folders by file name.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the file; <see cref="Fault.Io"/>.</exception>
    public static async Task<IReadOnlyList<Keystore>> ReadKeystoresAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<Keystore> keystores = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                keystores.AddRange(await ReadFolderAsync(path, cancellationToken).ConfigureAwait(false));
            }
            else
            {
                byte[] json = await InputFile.ReadAsync(path, Keystore.MaxFileSize, cancellationToken).ConfigureAwait(false);
                keystores.Add(Keystore.Parse(json, path));
            }
        }

        return keystores;
    }

    /// <summary>
    /// Reads the expected keys of <paramref name="paths"/>: deposit files, keystores, folders of keystores, lists, JSON of <c>pubkeys</c>.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the file; <see cref="Fault.Io"/>.</exception>
    public static async Task<ExpectedKeySet> ReadExpectedKeysAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<ExpectedKeyFile> files = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange((await ReadFolderAsync(path, cancellationToken).ConfigureAwait(false)).Select(ExpectedKeyFile.Of));
            }
            else
            {
                byte[] content = await InputFile.ReadAsync(path, ExpectedKeyFile.MaxFileSize, cancellationToken).ConfigureAwait(false);
                files.Add(ExpectedKeyFile.Parse(content, path, cancellationToken));
            }
        }

        return ExpectedKeySet.Merge(files);
    }

    private static async Task<IReadOnlyList<Keystore>> ReadFolderAsync(string folder, CancellationToken cancellationToken)
    {
        List<Keystore> keystores = [];
        foreach (string path in List(folder))
        {
            bool named = Path.GetFileName(path).StartsWith("keystore", StringComparison.OrdinalIgnoreCase);
            if (!named && new FileInfo(path) is not { Exists: true, Length: <= Keystore.MaxFileSize })
            {
                continue;
            }

            byte[] json = await InputFile.ReadAsync(path, Keystore.MaxFileSize, cancellationToken).ConfigureAwait(false);
            if (named || LooksLikeKeystore(json))
            {
                keystores.Add(Keystore.Parse(json, path));
            }
        }

        return keystores.Count > 0
            ? keystores
            : throw new FaultException(
                Fault.BadInput,
                $"{folder}: no keystore is in this folder",
                "Name the folder that has the keystore-*.json files.");
    }

    private static string[] List(string folder)
    {
        try
        {
            EnumerationOptions options = new() { MatchCasing = MatchCasing.CaseInsensitive, IgnoreInaccessible = false };
            string[] paths = Directory.GetFiles(folder, "*.json", options);
            Array.Sort(paths, StringComparer.Ordinal);
            return paths;
        }
        catch (UnauthorizedAccessException exception)
        {
            string cause = $"{folder}: the system forbids reading this folder";
            throw new FaultException(Fault.BadInput, cause, "Check the owner and the mode of the folder.", exception);
        }
        catch (IOException exception)
        {
            throw new FaultException(Fault.Io, $"{folder}: the folder can't be read: {exception.Message}", "Check the disk.", exception);
        }
    }

    /// <summary>An object with the member crypto. What is no JSON at all is no keystore.</summary>
    private static bool LooksLikeKeystore(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json.StartsWith(System.Text.Encoding.UTF8.Preamble) ? json[3..] : json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("crypto"u8))
                {
                    return true;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Not JSON, or not whole: without the name of a keystore there is nothing to complain about.
        }

        return false;
    }
}
