using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Devices.Trezor;

/// <summary>Follows a device through the entry of a seed, which tells the verdict from other failures and bounds what it may ask.</summary>
/// <remarks>
/// A Model One asks for four places a word, the last of them in two columns, and for one confirmation of the verdict. Later models ask for
/// confirmations only, and begin again by themselves after a wrong checksum.
/// </remarks>
/// <param name="prompts">Reaches the person.</param>
/// <param name="wordCount">What a Model One was told; null for later models.</param>
internal sealed class SeedEntry(TrezorPrompts prompts, int? wordCount)
{
    /// <summary>Enough for a backup in many shares, which take a few questions each, and for a person who starts over some times.</summary>
    internal const int MaxQuestions = 1024;

    private const int PlacesPerWord = 4;
    private const int MaxCorrections = 256;

    private int _corrections;
    private int _places;

    /// <summary>True once the device can have seen all words.</summary>
    internal bool IsEntered { get; private set; }

    private int AllPlaces => PlacesPerWord * wordCount.GetValueOrDefault();

    /// <summary>A device that was given a wrong PIN starts anew.</summary>
    internal void Begin() => (_corrections, _places, IsEntered) = (0, 0, false);

    /// <summary>Notes what the device's screen asks to confirm.</summary>
    internal void Press(ButtonRequestType code)
    {
        IsEntered |= wordCount is null ? code == ButtonRequestType.MnemonicInput : _places == AllPlaces;
        if (wordCount is not null || code is ButtonRequestType.Success or ButtonRequestType.Warning)
        {
            prompts.AnnounceVerdict();
        }
    }

    /// <summary>True for the Failure by which a device says that the words are not those of its seed.</summary>
    internal bool IsVerdict(TrezorFailure failure) =>
        IsEntered && failure.Code == (wordCount is null ? FailureType.ProcessError : FailureType.DataError);

    /// <summary>Has the person choose a place on the device's screen.</summary>
    /// <returns>The payload of a WordAck; the caller disposes it.</returns>
    internal async ValueTask<SecretBuffer> ChooseAsync(WordRequest request, CancellationToken cancellationToken)
    {
        bool isLast = _places % PlacesPerWord == PlacesPerWord - 1;
        if (_places == AllPlaces)
        {
            throw TrezorFault.Protocol("a question for more words than were to be checked");
        }

        if (request.Type != (isLast ? WordRequestType.Matrix6 : WordRequestType.Matrix9))
        {
            throw TrezorFault.Protocol("a question for a word in another way than agreed; nothing was typed");
        }

        using SecretBuffer key = await prompts
            .AskPlaceAsync((_places / PlacesPerWord) + 1, wordCount!.Value, (_places % PlacesPerWord) + 1, cancellationToken)
            .ConfigureAwait(false);
        if (key.Span[0] != TrezorPrompts.Backspace)
        {
            _places++;
        }
        else if (++_corrections > MaxCorrections)
        {
            throw new FaultException(
                Fault.Usage, $"more than {MaxCorrections} corrections of the words", "Run the command again with the words at hand.");
        }
        else
        {
            // The device goes back one choice, or to the beginning of the word before.
            _places = _places % PlacesPerWord > 0 ? _places - 1 : Math.Max(0, _places - PlacesPerWord);
        }

        using SecretWriter payload = new(16);
        WireWriter.WriteBytes(payload, WordAck.WordFieldNumber, key.Span);
        return payload.ToSecretBuffer();
    }
}
