namespace HwBridge.SigningBridge.Requests;

/// <summary>The names of all that the bridge has signed: JSON-RPC methods, and types of Web3Signer's document.</summary>
internal static class SignatureMethods
{
    internal const string SignTransaction = "eth_signTransaction";
    internal const string PersonalSign = "personal_sign";
    internal const string SignTypedData = "eth_signTypedData_v4";
    internal const string VoluntaryExit = "VOLUNTARY_EXIT";
    internal const string Deposit = "DEPOSIT";
    internal const string ValidatorRegistration = "VALIDATOR_REGISTRATION";

    /// <summary>Not of Web3Signer's document: the same shape for what it does not sign.</summary>
    internal const string BlsToExecutionChange = "BLS_TO_EXECUTION_CHANGE";

    internal static IReadOnlyList<string> All { get; } =
        [SignTransaction, PersonalSign, SignTypedData, VoluntaryExit, Deposit, ValidatorRegistration, BlsToExecutionChange];
}
