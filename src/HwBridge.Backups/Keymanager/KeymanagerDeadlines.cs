namespace HwBridge.Backups.Keymanager;

/// <summary>How long a validator client may take.</summary>
/// <param name="Connect">Until a connection stands, TLS included.</param>
/// <param name="List">For a whole answer to a list.</param>
/// <param name="ImportEach">For each keystore of an import, beside <paramref name="List"/>: the client derives its key.</param>
public readonly record struct KeymanagerDeadlines(TimeSpan Connect, TimeSpan List, TimeSpan ImportEach)
{
    /// <summary>Generous: a small computer that derives one key after the other.</summary>
    public static KeymanagerDeadlines Usual { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
}
