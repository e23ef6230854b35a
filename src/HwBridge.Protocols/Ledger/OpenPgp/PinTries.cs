namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>How many wrong PINs the OpenPGP app still takes before it blocks: 3 when fresh, 0 when blocked.</summary>
/// <param name="User">Of the user PIN.</param>
/// <param name="Admin">Of the admin PIN.</param>
public sealed record PinTries(int User, int Admin)
{
    /// <summary>That of one PIN.</summary>
    public int Of(OpenPgpPin pin) => pin == OpenPgpPin.Admin ? Admin : User;
}
