using System.Runtime.CompilerServices;
using HwBridge.Core.Eip2334;
using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Tests.Checks;

/// <summary>A wallet whose validator i has the test key i + 1, and which counts how it is asked.</summary>
internal sealed class NumberedKeys : IValidatorKeys
{
    internal List<ValidatorKeyPath> Asked { get; } = [];

    internal int Enumerations { get; private set; }

    public KeyOrigin Origin => KeyOrigin.Device;

    public bool CanConfirm => false;

    public async IAsyncEnumerable<DerivedKey> GetPublicKeysAsync(
        IEnumerable<ValidatorKeyPath> paths, bool confirm, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enumerations++;
        foreach (ValidatorKeyPath path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Asked.Add(path);
            await Task.Yield();
            yield return new DerivedKey(path, TestKeys.PublicKey((int)path.ValidatorIndex!.Value + 1), ConfirmedOnDevice: false);
        }
    }
}
