using BenchmarkDotNet.Running;
using HwBridge.Bench.Bls;

// "peers" compares with @chainsafe/blst in one run; anything else goes to BenchmarkDotNet, such as --filter "*Bls*".
if (args is ["peers"])
{
    return await BlsPeerComparison.RunAsync();
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
