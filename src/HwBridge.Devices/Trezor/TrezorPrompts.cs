using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Devices.Trezor;

/// <summary>What a Trezor has the host ask of, or tell, the person.</summary>
internal sealed class TrezorPrompts(IPerson person, string uri, TrezorOptions options)
{
    /// <summary>How many PINs one run may try: the device erases itself after 16 wrong ones.</summary>
    internal const int MaxPinAttempts = 3;

    /// <summary>The key that takes the choice before back.</summary>
    internal const byte Backspace = 8;

    // Firmware takes 50 digits; older ones 9.
    private const int MaxPin = 50;

    internal void Announce(string text) => person.Tell(text);

    /// <summary>Says what the device's screen asks for, where the announcement of the request did not.</summary>
    internal void AnnounceButton(ButtonRequestType code, bool announced)
    {
        switch (code)
        {
            case ButtonRequestType.PinEntry:
                person.Tell($"{uri}: enter the PIN on the device.");
                break;
            case ButtonRequestType.PassphraseEntry when options.Passphrase is PassphraseSource.Host or PassphraseSource.None:
                person.Tell($"{uri}: the device is set to always ask for the passphrase itself: enter it there (empty for none).");
                break;
            case ButtonRequestType.PassphraseEntry:
                person.Tell($"{uri}: enter the passphrase on the device (empty for none).");
                break;
            default:
                if (!announced)
                {
                    person.Tell($"{uri}: read the device's screen and confirm there.");
                }

                break;
        }
    }

    internal void AnnounceVerdict() => person.Tell($"{uri}: read what the device says of the words, and confirm it there.");

    internal void WrongPin() => person.Tell(
        $"{uri}: the PIN was wrong. The device waits longer before each further answer, up to minutes, "
        + "and erases itself after 16 wrong PINs.");

    internal void SessionLost() => person.Tell($"{uri}: the device no longer knows the session: it may ask for PIN and passphrase again.");

    /// <summary>Asks for positions on the device's shuffled keypad.</summary>
    /// <returns>1 … 50 ASCII digits from 1 to 9; the caller disposes them.</returns>
    internal async ValueTask<SecretBuffer> AskPinAsync(int attempt, CancellationToken cancellationToken)
    {
        for (; attempt <= MaxPinAttempts; attempt++)
        {
            SecretQuestion question = new(SecretKind.PinMatrix, $"PIN of {uri}", attempt);
            SecretBuffer pin = await person.AskSecretAsync(question, cancellationToken).ConfigureAwait(false)
                ?? throw new FaultException(
                    Fault.DeviceLocked,
                    $"{uri} waits for its PIN, and none was given",
                    "Unlock the device, or run the command on a terminal.");
            if (pin.Length is > 0 and <= MaxPin && !pin.Span.ContainsAnyExceptInRange((byte)'1', (byte)'9'))
            {
                return pin;
            }

            pin.Dispose();
            person.Tell($"{uri}: give 1 to {MaxPin} digits from 1 to 9, the positions on the device's keypad. Nothing was sent.");
        }

        throw new FaultException(Fault.PinInvalid, $"{uri}: no usable PIN was given", "Run the command again and type positions 1 to 9.");
    }

    /// <summary>Asks for the place of a choice on the device's screen.</summary>
    /// <returns>One byte: an ASCII digit from 1 to 9, or <see cref="Backspace"/>; the caller disposes it.</returns>
    internal async ValueTask<SecretBuffer> AskPlaceAsync(int word, int words, int choice, CancellationToken cancellationToken)
    {
        SecretQuestion question = new(SecretKind.SeedPlace, $"word {word} of {words}, choice {choice}");
        SecretBuffer key = await person.AskSecretAsync(question, cancellationToken).ConfigureAwait(false)
            ?? throw new FaultException(
                Fault.Usage, $"{uri}: the words were not entered to their end", "Run the command on a terminal, with the words at hand.");
        if (key.Length == 1 && key.Span[0] is Backspace or (>= (byte)'1' and <= (byte)'9'))
        {
            return key;
        }

        key.Dispose();
        throw new FaultException(Fault.Usage, $"{uri}: a place is one digit from 1 to 9", "Type one key for each choice on the device.");
    }

    /// <summary>What a request for the passphrase is answered with, as chosen; says what was chosen.</summary>
    /// <returns>The payload of a PassphraseAck, which the generated class would copy to the managed heap; the caller disposes it.</returns>
    internal async ValueTask<SecretBuffer> AskPassphraseAsync(bool deviceCan, CancellationToken cancellationToken)
    {
        using SecretWriter payload = new(64);
        switch (options.Passphrase ?? PassphraseSource.OnDevice)
        {
            case PassphraseSource.Host:
                using (SecretBuffer? typed = await person.AskSecretAsync(
                    new SecretQuestion(SecretKind.Passphrase, $"passphrase for {uri}"), cancellationToken).ConfigureAwait(false))
                {
                    if (typed is null)
                    {
                        throw new FaultException(
                            Fault.Usage,
                            $"{uri}: no passphrase was given",
                            "Run the command on a terminal, or choose another --passphrase.");
                    }

                    using SecretBuffer passphrase = TrezorPassphrase.Normalize(typed.Span);
                    WireWriter.WriteBytes(payload, PassphraseAck.PassphraseFieldNumber, passphrase.Span);
                }

                break;
            case PassphraseSource.None:
                person.Tell($"{uri}: no passphrase is used, as chosen: the wallet that the words alone give.");
                WireWriter.WriteBytes(payload, PassphraseAck.PassphraseFieldNumber, []);
                break;
            default:
                if (!deviceCan)
                {
                    throw new FaultException(
                        Fault.Unsupported,
                        $"{uri} asks for the passphrase, and this model can't take it on its own screen",
                        "Choose --passphrase host (typed here without echo) or --passphrase none (the wallet without one).");
                }

                WireWriter.WriteInteger(payload, PassphraseAck.OnDeviceFieldNumber, 1);
                break;
        }

        return payload.ToSecretBuffer();
    }
}
