using HwBridge.Cli;
using HwBridge.Cli.AgePlugin;
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

// Kept until the process is gone: a signal while it ends must not turn work that is done into a failure.
CancelOnSignal signals = new();
int exit = PluginProgram.IsCalled(args)
    ? await PluginProgram.RunAsync(args, signals.Token).ConfigureAwait(false)
    : await CommandLine.InvokeAsync(args, Console.Out, Console.Error, signals.Token).ConfigureAwait(false);
GC.KeepAlive(signals);
return exit;
