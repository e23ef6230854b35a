using System.Diagnostics;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Shared.Bridge;

namespace HwBridge.Interop.Trezor;

/// <summary>The bridge of our tests, as the maker's own library sees it: it is the other client of the server that our transport is tested against.</summary>
public sealed class BridgeTests
{
    // m/44'/60'/0'/0/0 of "all" (recording 05_all_getaddress_silent).
    private const string Address = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8";

    [TestCase(TrezorFlavour.Legacy)]
    [TestCase(TrezorFlavour.Core)]
    public async Task Library_TestBridge_IsABridgeToIt(TrezorFlavour flavour)
    {
        await using SoftwareTrezor device = new(
            new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all") },
            new PolicyScreen(approve: true));
        await using TestBridge bridge = new(device);
        using Process peer = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(NodePeer.Root, "Trezor", "bridge.py"), $"{bridge.Port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        Task<string> output = peer.StandardOutput.ReadToEndAsync(limit.Token);
        string error = await peer.StandardError.ReadToEndAsync(limit.Token);
        await peer.WaitForExitAsync(limit.Token);
        Assert.That(peer.ExitCode, Is.Zero, error);
        string[] lines = (await output).Trim().Split('\n');
        Assert.That(lines[..2], Is.EqualTo(new[] { "1", Address }));
        Assert.That(lines[2], Does.Contain("failed with code 400: session not found"));
        Assert.That(bridge.Sessions, Is.All.Null);
    }
}
