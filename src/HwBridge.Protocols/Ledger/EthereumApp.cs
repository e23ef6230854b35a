namespace HwBridge.Protocols.Ledger;

/// <summary>Numbers of the Ethereum app's protocol. See protocols/ledger/ethereum-app.md.</summary>
public static class EthereumApp
{
    /// <summary>The app's name as B001 gives it.</summary>
    public const string Name = "Ethereum";

    /// <summary>The class of the app's own commands.</summary>
    public const byte Cla = 0xe0;

    /// <summary>GET_PUBLIC_KEY.</summary>
    public const byte GetPublicKey = 0x02;

    /// <summary>GET_APP_CONFIGURATION.</summary>
    public const byte GetAppConfiguration = 0x06;

    /// <summary>GET_ETH2_PUBLIC_KEY.</summary>
    public const byte GetEth2PublicKey = 0x0e;

    /// <summary>SET_ETH2_WITHDRAWAL_INDEX.</summary>
    public const byte SetEth2WithdrawalIndex = 0x10;

    /// <summary>PERFORM_PRIVACY_OPERATION.</summary>
    public const byte PerformPrivacyOperation = 0x18;
}
