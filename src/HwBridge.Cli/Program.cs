using HwBridge.Cli;
using HwBridge.Cli.Hosting;

// The one question that needs none of the machinery below, and that scripts ask often.
if (args.Contains("--version") && args.All(argument => argument.StartsWith("--", StringComparison.Ordinal)))
{
    Console.Out.WriteLine(ProgramVersion.Text);
    return 0;
}

foreach (string failure in ProcessHardening.Apply())
{
    Console.Error.WriteLine($"warning: {failure}");
}

using CancelOnSignal signals = new();
return await CommandLine.InvokeAsync(args, Console.Out, Console.Error, signals.Token).ConfigureAwait(false);
