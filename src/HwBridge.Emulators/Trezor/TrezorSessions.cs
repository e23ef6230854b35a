using HwBridge.Core.Secrets;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// The ten sessions that a Trezor keeps, each with the seed that its passphrase gave; the one unused for longest goes first.
/// </summary>
internal sealed class TrezorSessions(ITrezorRandomness randomness) : IDisposable
{
    internal const int IdSize = 32;
    private const int Kept = 10;

    // The active session, if any, is the last.
    private readonly List<Session> _sessions = [];
    private bool _hasActive;

    /// <summary>The session that key requests work in; null before Initialize and after EndSession.</summary>
    internal Session? Active => _hasActive ? _sessions[^1] : null;

    /// <summary>Goes on in a known session, or starts a new one.</summary>
    /// <param name="id">The session wanted; anything unknown, of whatever length, gives a new one.</param>
    internal Session Start(ReadOnlySpan<byte> id)
    {
        int known = -1;
        for (int i = 0; i < _sessions.Count && known < 0; i++)
        {
            known = id.SequenceEqual(_sessions[i].Id) ? i : -1;
        }

        Session session;
        if (known >= 0)
        {
            session = _sessions[known];
            _sessions.RemoveAt(known);
        }
        else
        {
            byte[] fresh = new byte[IdSize];
            randomness.NewSessionId(fresh);
            session = new Session(fresh);
        }

        if (_sessions.Count == Kept)
        {
            _sessions[0].Dispose();
            _sessions.RemoveAt(0);
        }

        _sessions.Add(session);
        _hasActive = true;
        return session;
    }

    /// <summary>Forgets the active session.</summary>
    internal void End()
    {
        if (Active is { } active)
        {
            active.Dispose();
            _sessions.RemoveAt(_sessions.Count - 1);
            _hasActive = false;
        }
    }

    /// <summary>Forgets all sessions.</summary>
    internal void Clear()
    {
        _sessions.ForEach(session => session.Dispose());
        _sessions.Clear();
        _hasActive = false;
    }

    public void Dispose() => Clear();

    /// <summary>One session.</summary>
    internal sealed class Session(byte[] id) : IDisposable
    {
        internal byte[] Id { get; } = id;

        /// <summary>The 64-byte seed, once the passphrase is known.</summary>
        internal SecretBuffer? Seed { get; set; }

        public void Dispose() => Seed?.Dispose();
    }
}
