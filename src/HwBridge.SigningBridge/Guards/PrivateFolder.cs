using HwBridge.Core.Faults;
using HwBridge.Transports.Linux;

namespace HwBridge.SigningBridge.Guards;

/// <summary>A folder that is its owner's alone.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it, and those above it, where they are not there.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>.</exception>
    internal static void Create(string path)
    {
        try
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, Mine);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(Fault.Io, $"{path}: the folder can't be made: {failure.Message}", "Name another place.", failure);
        }
    }

    /// <summary>Refuses a folder in which others could put something in the place of what is ours.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>.</exception>
    internal static void Require(string path)
    {
        if (OperatingSystem.IsLinux() && NodeAccess.Of(path) is { } access
            && (access.Owner != LibC.geteuid() || (access.Mode & ~Mine & (UnixFileMode)0x1ff) != 0))
        {
            throw new FaultException(
                Fault.BadInput,
                $"{path}: other users can get into this folder",
                $"Make a folder that is yours alone and name it: mkdir -m 700 DIR; or chmod 700 {path}");
        }
    }
}
