using HwBridge.Core.Secrets;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Shared.Ledger;

namespace HwBridge.Emulators.Tests.Ledger;

/// <summary>Recorded signatures: the same bytes for the same APDUs, the recorded words on the screen, whatever the person pressed.</summary>
internal sealed class LedgerSigningReplayTests
{
    private const string BlindSigningOn = "030116009000";

    private static string[] Names => LedgerRecording.SigningNames;

    [TestCaseSource(nameof(Names))]
    public async Task Replay_RecordedApdus_GivesTheRecordedAnswers(string name)
    {
        LedgerRecording recording = LedgerRecording.Load(name);
        RecordedPresses screen = new();
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(recording.Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, screen);
        ledger.EthereumSettings.BlindSigning = name.Contains("reject_at_review", StringComparison.Ordinal);
        ledger.EthereumSettings.DebugContracts = name.Contains("debug", StringComparison.Ordinal);
        using RawHost host = new(ledger);
        int signatures = 0;
        foreach (LedgerExchange exchange in recording.Exchanges)
        {
            string expected = Convert.ToHexStringLower(exchange.Response!);
            ledger.EthereumSettings.BlindSigning |= expected == BlindSigningOn;
            screen.Begin(exchange);
            Assert.That(await host.ExchangeAsync(exchange.Apdu), Is.EqualTo(expected), exchange.ToString());
            screen.AssertShown(exchange);
            signatures += exchange.Response!.Length > 60 ? 1 : 0;
        }

        TestContext.Out.WriteLine($"{recording.Exchanges.Count} APDUs, {signatures} signatures");
    }

    /// <summary>The person of a recording: yes to all, or no at the warning, or at the review after it.</summary>
    private sealed class RecordedPresses : IDeviceScreen
    {
        private readonly List<ScreenReview> _shown = [];
        private LedgerExchange? _exchange;

        public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
        {
            _shown.Add(review);
            bool acceptsRisk = _exchange!.Note?.Contains("warning accepted", StringComparison.Ordinal) ?? false;
            return ValueTask.FromResult(_exchange.UserAction == "approve" || (acceptsRisk && _shown.Count == 1));
        }

        internal void Begin(LedgerExchange exchange)
        {
            _exchange = exchange;
            _shown.Clear();
        }

        /// <summary>Every word of ours stands on the recorded screens, which break lines and number pages.</summary>
        internal void AssertShown(LedgerExchange exchange)
        {
            Assert.That(_shown.Count > 0, Is.EqualTo(exchange.UserAction != "none"), exchange.ToString());
            string recorded = Joined(exchange.Screens.Where(line => !line.Contains("/2)", StringComparison.Ordinal) && !line.Contains("/7)", StringComparison.Ordinal)));
            foreach (ScreenReview review in exchange.Screens.Count == 0 ? [] : _shown)
            {
                Assert.That(recorded, Does.Contain(Joined([review.Title])), exchange.ToString());
                foreach (ScreenField field in review.Fields)
                {
                    // The screens of a blind hash and of a validator's key stand in capitals or not.
                    Assert.That(recorded, Does.Contain(Joined([field.Value])).IgnoreCase, exchange.ToString());
                }
            }
        }

        private static string Joined(IEnumerable<string> lines) => string.Concat(lines).Replace(" ", "", StringComparison.Ordinal);
    }
}
