namespace HwBridge.Protocols.Ledger;

/// <summary>Names of the models.</summary>
public static class LedgerModels
{
    /// <summary>The maker's name of the model.</summary>
    public static string DisplayName(this LedgerModel model) => model switch
    {
        LedgerModel.NanoSP => "Nano S Plus",
        LedgerModel.NanoX => "Nano X",
        LedgerModel.Stax => "Stax",
        LedgerModel.Flex => "Flex",
        _ => throw new ArgumentOutOfRangeException(nameof(model)),
    };
}
