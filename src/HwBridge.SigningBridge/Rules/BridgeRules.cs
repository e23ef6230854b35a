using System.Globalization;
using System.Numerics;
using System.Text;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Signing;
using HwBridge.SigningBridge.Requests;
using Microsoft.AspNetCore.Http;

namespace HwBridge.SigningBridge.Rules;

/// <summary>
/// What may reach the device at all. A rule never stands in for the confirmation on the device. Format: protocols/hwbridge/bridge.md.
/// </summary>
public sealed class BridgeRules
{
    /// <summary>The largest rule file, in bytes.</summary>
    public const int MaxFileSize = 64 << 10;

    private const int MaxRules = 256;
    private const string Remedy = "Write lines such as: eth_signTransaction chain=1 to=0x… per-day=0.5";

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly IReadOnlyList<BridgeRule> _rules;
    private readonly List<(BridgeRule Rule, DateTimeOffset At, BigInteger Amount)> _spent = [];
    private readonly TimeProvider _clock;

    private BridgeRules(IReadOnlyList<BridgeRule> rules, TimeProvider clock) => (_rules, _clock) = (rules, clock);

    /// <summary>Reads a rule file.</summary>
    /// <param name="file">UTF-8, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <param name="clock">What a day is counted with; null for the system's.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: the line, and what is wrong with it.</exception>
    public static BridgeRules Parse(ReadOnlySpan<byte> file, string source, TimeProvider? clock = null)
    {
        List<BridgeRule> rules = [];
        string[] lines = Encoding.UTF8.GetString(file).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Split('#')[0].Trim();
            if (line.Length == 0)
            {
                continue;
            }

            rules.Add(ParseLine(line) ?? throw Wrong(source, i, "is no rule"));
            if (rules.Count > MaxRules)
            {
                throw Wrong(source, i, $"is one rule more than {MaxRules}");
            }
        }

        return new BridgeRules(rules, clock ?? TimeProvider.System);
    }

    /// <summary>Lets a wish pass, and sets aside what it may cost.</summary>
    /// <exception cref="RefusedException">No rule allows it, or the day's amount is used up.</exception>
    internal Spending Admit(SignatureWish wish)
    {
        lock (_lock)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            _spent.RemoveAll(spent => now - spent.At >= Day);
            bool fits = false;
            foreach (BridgeRule rule in _rules.Where(rule => rule.Fits(wish)))
            {
                fits = true;
                if (rule.PerDay is null)
                {
                    return new Spending(static () => { });
                }

                BigInteger gone = _spent.Where(spent => spent.Rule == rule).Aggregate(BigInteger.Zero, (sum, spent) => sum + spent.Amount);
                if (gone + wish.Cost <= rule.PerDay)
                {
                    (BridgeRule Rule, DateTimeOffset At, BigInteger Amount) aside = (rule, now, wish.Cost);
                    _spent.Add(aside);
                    return new Spending(() => GiveBack(aside));
                }
            }

            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                RefusedException.NotAllowed,
                fits ? "the amount that the rules allow a day is used up" : $"no rule of this bridge allows this {wish.Method}",
                fits ? "Wait, or sign less." : "Change the rules that the bridge was started with (--allow), if they are yours.");
        }
    }

    private static BridgeRule? ParseLine(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        ulong? chain = null;
        ExecutionAddress? recipient = null;
        BigInteger? perDay = null;
        foreach (string word in words[1..])
        {
            string[] pair = word.Split('=', 2);
            switch (pair)
            {
                case ["chain", { } text] when chain is null
                    && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number > 0:
                    chain = number;
                    break;
                case ["to", { } text] when recipient is null && ExecutionAddress.TryParse(text, out ExecutionAddress address):
                    recipient = address;
                    break;
                case ["per-day", { } text] when perDay is null && EtherAmount.TryParse(text, out BigInteger wei):
                    perDay = wei;
                    break;
                default:
                    return null;
            }
        }

        return SignatureMethods.All.Contains(words[0]) ? new BridgeRule(words[0], chain, recipient, perDay) : null;
    }

    private static FaultException Wrong(string source, int line, string what) =>
        new(Fault.BadInput, string.Create(CultureInfo.InvariantCulture, $"{source}: line {line + 1} {what}"), Remedy);

    private void GiveBack((BridgeRule Rule, DateTimeOffset At, BigInteger Amount) aside)
    {
        lock (_lock)
        {
            _spent.Remove(aside);
        }
    }
}
