namespace HwBridge.Core.KeyStores;

/// <summary>The device's own comparison of words, as somebody has them on paper, with the seed that it holds. Nothing on it changes.</summary>
/// <remarks>The words alone are compared: a passphrase is no part of them.</remarks>
public interface ISeedCheck
{
    /// <summary>How many words there may be, where the device has to be told; empty where it asks the person itself.</summary>
    IReadOnlyList<int> WordCounts { get; }

    /// <summary>Has the person enter the words on the device, or choose them by places on its screen: no word passes through here.</summary>
    /// <param name="wordCount">One of <see cref="WordCounts"/>; null where there are none.</param>
    /// <param name="cancellationToken">Ends the check on the device.</param>
    /// <exception cref="Faults.FaultException">The device refused, was locked, went away or broke the protocol.</exception>
    ValueTask<SeedVerdict> CheckAsync(int? wordCount, CancellationToken cancellationToken);
}
