using HwBridge.Core.Execution;

namespace HwBridge.EndToEnd.Faults;

/// <summary>A signature that is cut off anywhere: a whole transaction, or a fault and no file.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class SigningTests : IDisposable
{
    private const string Validator = "a772ed2e6b56a0515564afd0de893d3d168a6974647fc15a0a07c0958c0ebbce1b99b37558f4df66a3990073f7fda7d4";
    private const int Gone = 3;

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task Ledger_GoneAfterEachByteOfItsAnswers_LeavesNothing()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        int whole;
        await using (TcpRelay relay = new(device.Port))
        {
            await SignAsync(relay.Uri).ConfigureAwait(false);
            whole = relay.Answers.Length;
        }

        int points = 0;
        for (int limit = 0; limit < whole; limit += 5, points++)
        {
            await using TcpRelay relay = new(device.Port, limit);
            (await _workplace.HwBridgeAsync(Arguments(relay.Uri)).ConfigureAwait(false)).Failure(Gone);
            Assert.That(_workplace.Names, Is.Empty, $"after {limit} bytes");
        }

        await SignAsync(device.Uri).ConfigureAwait(false);
        await TestContext.Out.WriteLineAsync($"ledger: {points} of {whole} bytes").ConfigureAwait(false);
    }

    [Test]
    public async Task Device_Rejecting_IsTheUsers([Values("ledger", "trezor")] string maker)
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, maker, "--approve", "never").ConfigureAwait(false);
        (await _workplace.HwBridgeAsync(Arguments(device.Uri)).ConfigureAwait(false)).Failure(4);
        Assert.That(_workplace.Names, Is.Empty);
    }

    private static string[] Arguments(string device) =>
    [
        "sign", "withdrawal-request", "--network", "hoodi", "--pubkey", Validator, "--full-exit", "--device", device, "--nonce", "0",
        "--max-fee", "30", "--priority-fee", "1.5", "--gas", "200000", "--request-fee", "1", "--irreversible", "--out", "raw.txt",
    ];

    private async Task SignAsync(string device)
    {
        Outcome outcome = await _workplace.HwBridgeAsync(Arguments(device)).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        string raw = (await File.ReadAllTextAsync(_workplace["raw.txt"]).ConfigureAwait(false)).Trim();
        (EthereumTransaction transaction, EthereumSignature signature) = EthereumTransaction.DecodeSigned(Convert.FromHexString(raw[2..]), "raw.txt");
        Assert.That(
            signature.Recover(transaction.SigningHash())?.ToChecksumString(),
            Is.EqualTo(outcome.Document().GetProperty("from").GetString()));
        File.Delete(_workplace["raw.txt"]);
    }
}
