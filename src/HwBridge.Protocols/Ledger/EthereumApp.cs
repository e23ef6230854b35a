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

    /// <summary>SIGN.</summary>
    public const byte Sign = 0x04;

    /// <summary>GET_APP_CONFIGURATION.</summary>
    public const byte GetAppConfiguration = 0x06;

    /// <summary>SIGN_PERSONAL_MESSAGE.</summary>
    public const byte SignPersonalMessage = 0x08;

    /// <summary>SIGN_EIP_712_MESSAGE.</summary>
    public const byte SignTypedData = 0x0c;

    /// <summary>GET_ETH2_PUBLIC_KEY.</summary>
    public const byte GetEth2PublicKey = 0x0e;

    /// <summary>SET_ETH2_WITHDRAWAL_INDEX.</summary>
    public const byte SetEth2WithdrawalIndex = 0x10;

    /// <summary>PERFORM_PRIVACY_OPERATION.</summary>
    public const byte PerformPrivacyOperation = 0x18;

    /// <summary>EIP712_SEND_STRUCT_DEFINITION.</summary>
    public const byte DefineStruct = 0x1a;

    /// <summary>EIP712_SEND_STRUCT_IMPLEMENTATION.</summary>
    public const byte ImplementStruct = 0x1c;

    /// <summary>EIP712_FILTERING: what to show, under the maker's signature.</summary>
    public const byte FilterFields = 0x1e;

    /// <summary>P1 of the parts of a transaction or a message after the first one.</summary>
    public const byte FollowingPart = 0x80;

    /// <summary>P2 of a struct's name, in a definition and as the root of values.</summary>
    public const byte StructName = 0x00;

    /// <summary>P2 of an array's length.</summary>
    public const byte ArrayLength = 0x0f;

    /// <summary>P2 of a member, in a definition and as a value.</summary>
    public const byte StructField = 0xff;

    /// <summary>P2 of SIGN_EIP_712_MESSAGE for two hashes.</summary>
    public const byte TypedHashes = 0x00;

    /// <summary>P2 of SIGN_EIP_712_MESSAGE for what was streamed before.</summary>
    public const byte TypedStream = 0x01;
}
