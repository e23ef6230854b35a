using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Sharing;

/// <summary>A share on its way from a participant to the coordinator (protocols/hwbridge/shares.md § The share file).</summary>
/// <param name="setId">The set's id, 16 bytes.</param>
/// <param name="number">The share's number.</param>
/// <param name="holder">The holder's <c>age1…</c>; null where a passphrase opened it.</param>
/// <param name="share">16 bytes; disposed with this.</param>
internal sealed class PassedShare(byte[] setId, int number, string? holder, SecretBuffer share) : IDisposable
{
    internal byte[] SetId => setId;

    internal int Number => number;

    internal string? Holder => holder;

    internal SecretBuffer Share => share;

    public void Dispose() => share.Dispose();
}
