namespace HwBridge.SigningBridge.Rules;

/// <summary>An amount that is set aside while a request is under way; given back when this is disposed and nothing was signed.</summary>
internal sealed class Spending(Action giveBack) : IDisposable
{
    private bool _isKept;

    /// <summary>It was signed: it counts for a day.</summary>
    internal void Keep() => _isKept = true;

    public void Dispose()
    {
        if (!_isKept)
        {
            giveBack();
        }
    }
}
