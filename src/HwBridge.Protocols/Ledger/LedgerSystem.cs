namespace HwBridge.Protocols.Ledger;

/// <summary>Numbers of what the operating system answers itself.</summary>
public static class LedgerSystem
{
    /// <summary>The name that B001 gives on the dashboard.</summary>
    public const string DashboardName = "BOLOS";

    /// <summary>The class of commands that it answers in every app.</summary>
    public const byte Cla = 0xb0;

    /// <summary>GET_APP_NAME_AND_VERSION (class B0).</summary>
    public const byte GetAppNameAndVersion = 0x01;

    /// <summary>LOAD_CERTIFICATE (class B0).</summary>
    public const byte LoadCertificate = 0x06;

    /// <summary>QUIT_APP (class B0).</summary>
    public const byte QuitApp = 0xa7;

    /// <summary>The class of commands that the dashboard answers.</summary>
    public const byte DashboardCla = 0xe0;

    /// <summary>OPEN_APP (class E0, dashboard only).</summary>
    public const byte OpenApp = 0xd8;
}
