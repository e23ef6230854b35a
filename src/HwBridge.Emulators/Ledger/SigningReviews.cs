using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the signing commands of the app share: the screens one after the other, and the answer.</summary>
internal sealed class SigningReviews(LedgerKeys keys, LedgerModel model)
{
    internal ScreenReview Blind => Of("Blind signing ahead", new ScreenField("Warning", "To accept risk, press both buttons"));

    internal ScreenReview Of(string title, params IReadOnlyList<ScreenField> fields) => new($"Ledger {model.DisplayName()}", title, fields);

    /// <summary>The account at a path, as the screen has it.</summary>
    internal string Address(uint[] path)
    {
        using Slip10Node account = keys.DeriveAccount(path);
        return Slip10Ecdsa.Address(account).ToChecksumString();
    }

    /// <summary>v | r | s after each review was approved; 6985 at the first that was not.</summary>
    /// <param name="path">Whose.</param>
    /// <param name="digest">What is signed.</param>
    /// <param name="evenV">The v of an even parity.</param>
    /// <param name="reviews">At least one.</param>
    internal AppStep Sign(uint[] path, Bytes32 digest, byte evenV, params IReadOnlyList<ScreenReview> reviews)
    {
        using Slip10Node account = keys.DeriveAccount(path);
        EthereumSignature signature = Slip10Ecdsa.Sign(account, digest);
        byte v = unchecked((byte)(evenV + (signature.IsOdd ? 1 : 0)));
        return After(reviews, new AppStep(StatusWords.Ok, [v, .. signature.R.ToArray(), .. signature.S.ToArray()]));
    }

    /// <summary>The step when each review was approved.</summary>
    internal static AppStep After(IReadOnlyList<ScreenReview> reviews, AppStep step) => reviews.Reverse().Aggregate(
        step,
        (next, review) => new AppStep(StatusWords.Ok, [], review)
        {
            Pressed = approved => approved ? next : AppStep.Of(StatusWords.Rejected),
        });
}
