using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>Plays the device's part of a recording, and holds the host to the recorded packets of its own.</summary>
internal sealed class RecordedTrezor
{
    private readonly Recording _recording;
    private int _next;

    internal RecordedTrezor(Recording recording)
    {
        _recording = recording;
        Device = new ScriptedTrezor { Answer = Answer, Features = FirstFeatures(recording) };
    }

    internal ScriptedTrezor Device { get; }

    /// <summary>The host's next recorded message, or null at the end.</summary>
    internal RecordedMessage? NextOfHost => _next < _recording.Messages.Count ? _recording.Messages[_next] : null;

    /// <summary>Goes past an Initialize that the session sends in its own way, and uses the recorded Features from here on.</summary>
    internal void PassInitialize()
    {
        _next++;
        Features features = Features.Parser.ParseFrom(NextOfHost!.Payload);
        if (features.HasSessionId)
        {
            Device.Features = features;
        }

        _next++;
        SkipSilence();
    }

    /// <summary>Goes on to a later request of a type, past <paramref name="before"/> others of it.</summary>
    internal void PassUntil(MessageType type, int before)
    {
        while (NextOfHost is not { FromHost: true } message || message.Type != (int)type || before-- > 0)
        {
            _next++;
        }
    }

    internal void SkipSilence()
    {
        while (NextOfHost is { FromHost: false, Type: null })
        {
            _next++;
        }
    }

    private bool Answer(MessageType type, byte[] payload)
    {
        SkipSilence();
        if (NextOfHost is not { FromHost: true, Payload: not null } expected
            || (MessageType?)expected.Type != type
            || !payload.SequenceEqual(expected.Payload))
        {
            return false;
        }

        Assert.That(Device.LastPackets, Is.EqualTo(expected.Packets));
        _next++;
        while (NextOfHost is { FromHost: false } answer)
        {
            answer.Packets.ToList().ForEach(Device.SayPacket);
            _next++;
        }

        return true;
    }

    private static Features FirstFeatures(Recording recording)
    {
        static RecordedMessage? In(Recording recording) =>
            recording.Messages.FirstOrDefault(message => message is { FromHost: false, Type: (int)MessageType.Features });

        string prefix = recording.Name.StartsWith("core289_", StringComparison.Ordinal) ? "core289_" : string.Empty;
        RecordedMessage recorded = In(recording) ?? In(Recording.Named(prefix + "01f_initialize_getfeatures"))!;
        return Features.Parser.ParseFrom(recorded.Payload);
    }
}
