using HwBridge.Backups.Drills;
using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Tests.Drills;

/// <summary>Subjects of drills, one for each number.</summary>
internal static class Subjects
{
    internal static DrillSubject Numbered(int number)
    {
        byte[] recipient = new byte[X25519PublicKey.Size];
        BitConverter.TryWriteBytes(recipient, number);
        return DrillSubject.OfWallet(new X25519PublicKey(recipient));
    }
}
