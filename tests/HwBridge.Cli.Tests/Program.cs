using System.Security.Cryptography;
using HwBridge.Cli.Hosting;
using HwBridge.Cli.Terminals;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Tests;

/// <summary>Small programs made of the command line's own parts, started by the tests in a process of their own.</summary>
internal static class Program
{
    /// <summary>How a test starts one of them.</summary>
    internal static string[] CommandLine(string program, params string[] arguments) =>
        ["dotnet", typeof(Program).Assembly.Location, program, .. arguments];

    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["ask"]:
                return await AskAsync();
            case ["stubborn"]:
                return Stubborn();
            case ["harden"]:
                return Harden();
            case ["password-fd", string number]:
                return ReadPassword(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
            default:
                Console.Error.WriteLine("usage: ask | stubborn | harden | password-fd N");
                return 2;
        }
    }

    private static async Task<int> AskAsync()
    {
        using var signals = new CancelOnSignal();
        using var person = new TerminalPerson(Console.Error, !Console.IsErrorRedirected);
        try
        {
            using SecretBuffer? secret = await person.AskSecretAsync(new SecretQuestion(SecretKind.Password, "Password"), signals.Token);
            Console.Out.WriteLine(secret is null ? "nobody" : Convert.ToHexString(SHA256.HashData(secret.Span)));
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>Hears the first signal and does not stop.</summary>
    private static int Stubborn()
    {
        using var signals = new CancelOnSignal();
        using Descriptor terminal = Descriptor.Open("/dev/tty", LibC.ReadWrite);
        using var silent = new SilentTerminal(terminal);
        Console.Error.WriteLine("silent");
        signals.Token.WaitHandle.WaitOne();
        Console.Error.WriteLine("heard");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static int Harden()
    {
        foreach (string failure in ProcessHardening.Apply())
        {
            Console.Out.WriteLine(failure);
        }

        Console.Out.WriteLine($"dumpable {LibC.prctl(LibC.PrctlGetDumpable, 0, 0, 0, 0)}");
        Console.In.ReadLine();
        return 0;
    }

    private static int ReadPassword(int number)
    {
        try
        {
            using SecretBuffer secret = PasswordSource.FromDescriptor(number, CancellationToken.None);
            Console.Out.WriteLine(Convert.ToHexString(secret.Span));
            return 0;
        }
        catch (Core.Faults.FaultException fault)
        {
            Console.Out.WriteLine(fault.Message);
            return Core.Faults.FaultCodes.ExitCode(fault.Fault);
        }
    }
}
