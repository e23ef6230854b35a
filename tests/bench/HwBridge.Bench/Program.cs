using BenchmarkDotNet.Running;
using HwBridge.Bench.Backups;
using HwBridge.Bench.Bls;
using HwBridge.Bench.Bridge;
using HwBridge.Bench.Check;
using HwBridge.Bench.Copies;
using HwBridge.Bench.Eip2333;
using HwBridge.Bench.Eip2335;
using HwBridge.Bench.Exchange;
using HwBridge.Bench.Running;
using HwBridge.Bench.Start;

// The comparisons start this program again in these parts.
switch (args)
{
    case [RecitingLedger.Argument]:
        await RecitingLedger.ServeAsync();
        return 0;
    case [ExchangeHost.Argument, string kind, string exchange, string port, string rounds, string warmUp]:
        await ExchangeHost.RunAsync(kind, exchange, port, rounds, warmUp);
        return 0;
    case [AgeHost.Argument, string direction, string identity, string from, string to]:
        AgeHost.Run(direction, identity, from, to);
        return 0;
}

Dictionary<string, Func<Effort, Task<IReadOnlyList<Row>>>> comparisons = new()
{
    ["start"] = StartComparison.RunAsync,
    ["exchange"] = ExchangeComparison.RunAsync,
    ["check"] = CheckComparison.RunAsync,
    ["backup"] = BackupComparison.RunAsync,
    ["age"] = AgeComparison.RunAsync,
    ["keystores"] = KeystoreComparison.RunAsync,
    ["bls"] = BlsComparison.RunAsync,
    ["bridge"] = BridgeComparison.RunAsync,
    ["manykeys"] = ManyKeysComparison.RunAsync,
};
string[] names = [.. args.Where(argument => argument != "--quick")];
if (names is ["all"])
{
    names = [.. comparisons.Keys];
}

if (names.Length == 0 || !names.All(comparisons.ContainsKey))
{
    // Not one of ours: --filter "*Bls*", --list flat and the like.
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

Console.WriteLine(Machine.Describe());
Console.WriteLine();
Console.WriteLine(Row.Header);
foreach (string name in names)
{
    foreach (Row row in await comparisons[name](new Effort(args.Contains("--quick"))))
    {
        Console.WriteLine(row.Format(name));
    }
}

return 0;
