using HwBridge.Bench.Running;

namespace HwBridge.Bench.Start;

/// <summary>Whole runs of the published program, against Debian's trezorctl.</summary>
internal static class StartComparison
{
    private const string Empty = "an empty C# program, published the same way";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        using TemporaryFolder folder = new();
        string hwbridge = await Repository.PublishProgramAsync();
        string empty = await PublishEmptyProgramAsync(folder);
        string version = (await ProgramRun.Of("trezorctl", "version")).Output.Trim();
        using ServingProgram trezor = new(hwbridge, "--quiet", "emulator", "trezor", "--port", "0");
        double[][] medians = await Turns.MediansAsync(
            effort.Of(25, 1),
            Wall(hwbridge, "--version"),
            Wall("trezorctl", "version"),
            Wall(empty),
            Wall(hwbridge, "--help"),
            Wall("trezorctl", "--help"),
            Wall(hwbridge, "devices", "--device", trezor.Uri),
            Wall("trezorctl", "--path", $"udp:127.0.0.1:{trezor.Port}", "get-features"));
        return
        [
            new Row("`hwbridge --version`, the whole process", medians[0][0], Empty)
            {
                Peer = $"`trezorctl version` ({version})",
                PeerTime = medians[1][0],
                LimitTime = medians[2][0],
                Target = "≥ 2.5 × peer",
            },
            new Row("`hwbridge --help`", medians[3][0], Empty)
            {
                Peer = "`trezorctl --help`",
                PeerTime = medians[4][0],
                LimitTime = medians[2][0],
            },
            new Row("`hwbridge devices` with the software Trezor behind its UDP port", medians[5][0], Empty)
            {
                Peer = "`trezorctl get-features`",
                PeerTime = medians[6][0],
                LimitTime = medians[2][0],
            },
        ];
    }

    private static Func<Task<double[]>> Wall(string file, params string[] arguments) =>
        async () => [(await ProgramRun.Of(file, arguments)).Wall];

    private static async Task<string> PublishEmptyProgramAsync(TemporaryFolder folder)
    {
        string source = folder.File("source");
        Directory.CreateDirectory(source);
        await File.WriteAllTextAsync(Path.Combine(source, "Empty.cs"), "return 0;");
        await File.WriteAllTextAsync(
            Path.Combine(source, "empty.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <PublishReadyToRun>true</PublishReadyToRun>
                <TieredPGO>false</TieredPGO>
                <EventSourceSupport>false</EventSourceSupport>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            </Project>
            """);
        await Repository.PublishAsync(source, folder.File("empty"));
        return Path.Combine(folder.File("empty"), "empty");
    }
}
