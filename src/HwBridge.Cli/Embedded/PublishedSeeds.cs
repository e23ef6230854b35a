using HwBridge.Emulators.Seeds;

namespace HwBridge.Cli.Embedded;

/// <summary>The seeds of the embedded devices. Everybody knows them: nothing real belongs under them.</summary>
internal static class PublishedSeeds
{
    /// <summary>The mnemonic that Ledger's own emulator starts with.</summary>
    internal static Bip39Mnemonic Ledger() => Bip39Mnemonic.Parse(
        "glory promote mansion idle axis finger extra february uncover one trip resource "
        + "lawn turtle enact monster seven myth punch hobby comfort wild raise skin");

    /// <summary>The mnemonic that Trezor's own tests use.</summary>
    internal static Bip39Mnemonic Trezor() => Bip39Mnemonic.Parse("all all all all all all all all all all all all");
}
