namespace HwBridge.EndToEnd.Faults;

/// <summary>A folder with a password file, where commands run and everything that they leave is seen.</summary>
internal sealed class Workplace : IDisposable
{
    internal const string Password = "correct horse battery staple";

    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("hwbridge-fault-");

    internal Workplace()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(PasswordFile, Password + "\n");
        File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    internal static string Fixtures { get; } = Path.Combine(Repository.Root, "tests", "HwBridge.EndToEnd", "Fixtures");

    internal static string Keystores { get; } = Path.Combine(Fixtures, "validator_keys");

    internal static string DepositData { get; } = Path.Combine(Fixtures, "deposit_data.json");

    internal string Home => _home.FullName;

    /// <summary>Where the commands run.</summary>
    internal string Folder => Path.Combine(Home, "work");

    /// <summary>Outside of the folder, so that what is left there is the command's.</summary>
    internal string PasswordFile => Path.Combine(Home, "password.txt");

    internal string this[string name] => Path.Combine(Folder, name);

    /// <summary>Everything in the folder and below, hidden files too.</summary>
    internal string[] Names => [.. Directory.GetFileSystemEntries(Folder, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })
        .Select(path => Path.GetRelativePath(Folder, path))
        .Order(StringComparer.Ordinal)];

    internal static bool IsKeystore(string path) => Path.GetFileName(path).StartsWith("keystore", StringComparison.Ordinal);

    internal static string FirstKeystore { get; } = Directory.GetFiles(Keystores).Order(StringComparer.Ordinal).First();

    internal RunningCommand Start(params string[] command) => RunningCommand.Program(Folder, holdsInput: false, command);

    internal Task<Outcome> HwBridgeAsync(params string[] arguments) => RunAsync(["hwbridge", "--json", .. arguments]);

    internal async Task<Outcome> RunAsync(params string[] command)
    {
        using RunningCommand running = Start(command);
        return await EndAsync(running, Deadline, command).ConfigureAwait(false);
    }

    internal static async Task<Outcome> EndAsync(RunningCommand running, TimeSpan deadline, params string[] command)
    {
        int exit = await running.ExitAsync(deadline).ConfigureAwait(false);
        return new Outcome(string.Join(' ', command), exit, string.Join('\n', running.Output), string.Join('\n', running.Error));
    }

    /// <summary>Writes a backup of the fixtures that both published seeds open.</summary>
    internal async Task<string> MakeBackupAsync()
    {
        string file = Path.Combine(Home, "made.age");
        Outcome made = await HwBridgeAsync(
            "backup", "create", "--from", Keystores, "--password-file", PasswordFile, "--to", "emulator:ledger", "emulator:trezor", "--allow-emulator", "--out", file).ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        return file;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
