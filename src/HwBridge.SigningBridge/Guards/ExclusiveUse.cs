using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Faults;

namespace HwBridge.SigningBridge.Guards;

/// <summary>The right to be the one bridge of a device or a socket, as long as this process lives: an advisory lock on a file.</summary>
public sealed class ExclusiveUse : IDisposable
{
    private readonly FileStream _file;

    private ExclusiveUse(FileStream file) => _file = file;

    /// <summary>Takes a device for one bridge.</summary>
    /// <param name="folder">Where bridges keep their locks; made where it is not there.</param>
    /// <param name="uri">The device.</param>
    /// <exception cref="FaultException"><see cref="Fault.DeviceBusy"/>: another bridge has it.</exception>
    public static ExclusiveUse OfDevice(string folder, string uri)
    {
        PrivateFolder.Create(folder);
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri)))[..16];
        return Take(Path.Combine(folder, $"device-{name}.lock"), uri);
    }

    /// <summary>Takes a file's lock.</summary>
    /// <param name="path">Made where it is not there; it stays.</param>
    /// <param name="what">What it stands for, for the words of the fault.</param>
    internal static ExclusiveUse Take(string path, string what)
    {
        try
        {
            return new ExclusiveUse(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken)
        {
            throw new FaultException(
                Fault.DeviceBusy, $"{what}: another bridge serves it", "Use that one, or stop it first (pgrep -a hwbridge).", taken);
        }
        catch (UnauthorizedAccessException forbidden)
        {
            throw new FaultException(Fault.Io, $"{path}: {forbidden.Message}", "Check the folder's owner and mode.", forbidden);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
