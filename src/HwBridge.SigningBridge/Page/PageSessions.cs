using HwBridge.SigningBridge.Guards;

namespace HwBridge.SigningBridge.Page;

/// <summary>Who may read the page: a link that is good once, changed for a session that one open page has.</summary>
internal sealed class PageSessions(Action<string> showLink) : IDisposable
{
    private const int MaxSessions = 4;

    private readonly Lock _lock = new();
    private readonly Queue<AccessToken> _sessions = [];
    private AccessToken? _link;

    /// <summary>Makes a link, and shows it to the person; the one before is good no more.</summary>
    internal void Renew()
    {
        lock (_lock)
        {
            _link?.Dispose();
            _link = AccessToken.Random();
            showLink(_link.Show());
        }
    }

    /// <summary>Changes a link's token for a session's; null for a wrong one. The oldest session ends when there are too many.</summary>
    internal string? Redeem(string link)
    {
        lock (_lock)
        {
            if (_link?.Is(link) != true)
            {
                return null;
            }

            Renew();
            AccessToken session = AccessToken.Random();
            _sessions.Enqueue(session);
            if (_sessions.Count > MaxSessions)
            {
                _sessions.Dequeue().Dispose();
            }

            return session.Show();
        }
    }

    /// <summary>Whether a header's value is a session's.</summary>
    internal bool IsIn(string? authorization)
    {
        lock (_lock)
        {
            // All of them: not to tell which by the time.
            return _sessions.Aggregate(false, (found, session) => session.IsIn(authorization) | found);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _link?.Dispose();
            _link = null;
            while (_sessions.TryDequeue(out AccessToken? session))
            {
                session.Dispose();
            }
        }
    }
}
