using System.Xml.Linq;

namespace HwBridge.Architecture;

/// <summary>Arrows between projects point inward only.</summary>
public sealed class RingTests
{
    /// <summary>What each project may refer to; a project that is not here has no place in the house yet.</summary>
    private static readonly Dictionary<string, string[]> Inward = new()
    {
        ["HwBridge.Core"] = [],
        ["HwBridge.Protocols"] = ["HwBridge.Core"],
        ["HwBridge.Transports"] = ["HwBridge.Core"],
        ["HwBridge.Devices"] = ["HwBridge.Core", "HwBridge.Protocols", "HwBridge.Transports"],
        ["HwBridge.Backups"] = ["HwBridge.Core", "HwBridge.Protocols"],
        ["HwBridge.Emulators"] = ["HwBridge.Core", "HwBridge.Protocols", "HwBridge.Transports"],
        ["HwBridge.SigningBridge"] = ["HwBridge.Core", "HwBridge.Transports", "HwBridge.Backups"],
        ["HwBridge.Cli"] =
        [
            "HwBridge.Core", "HwBridge.Protocols", "HwBridge.Transports", "HwBridge.Devices", "HwBridge.Backups", "HwBridge.Emulators",
            "HwBridge.SigningBridge",
        ],
    };

    /// <summary>Packages that belong to some rings alone. Core has Keccak and public keys of secp256k1 from BouncyCastle, and no secrets.</summary>
    private static readonly Dictionary<string, string[]> Owners = new()
    {
        ["BouncyCastle.Cryptography"] = ["HwBridge.Core", "HwBridge.Emulators"],
        ["Google.Protobuf"] = ["HwBridge.Protocols"],
        ["System.CommandLine"] = ["HwBridge.Cli"],
    };

    [Test]
    public void References_OfEachProject_PointInward()
    {
        TrackedFile[] projects =
        [
            .. TrackedFile.All.Where(file =>
                file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Path.EndsWith(".csproj", StringComparison.Ordinal)),
        ];
        Assert.That(projects, Has.Length.GreaterThanOrEqualTo(Inward.Count));
        Assert.That(projects.SelectMany(Check), Is.Empty);
    }

    [TestCase("HwBridge.Core", "<ProjectReference Include=\"../HwBridge.Protocols/HwBridge.Protocols.csproj\" />", "HwBridge.Protocols")]
    [TestCase("HwBridge.Transports", "<ProjectReference Include=\"..\\HwBridge.Devices\\HwBridge.Devices.csproj\" />", "HwBridge.Devices")]
    [TestCase("HwBridge.Backups", "<ProjectReference Include=\"../HwBridge.Devices/HwBridge.Devices.csproj\" />", "HwBridge.Devices")]
    [TestCase("HwBridge.Devices", "<ProjectReference Include=\"../HwBridge.Emulators/HwBridge.Emulators.csproj\" />", "HwBridge.Emulators")]
    [TestCase("HwBridge.Misfit", "", "has no ring")]
    [TestCase("HwBridge.Devices", "<PackageReference Include=\"BouncyCastle.Cryptography\" />", "BouncyCastle.Cryptography")]
    public void Check_OutwardArrow_IsFound(string project, string reference, string words)
    {
        var file = new TrackedFile($"src/{project}/{project}.csproj", $"<Project><ItemGroup>{reference}</ItemGroup></Project>");
        Assert.That(Check(file), Has.One.Contains(words));
    }

    private static IEnumerable<string> Check(TrackedFile project)
    {
        string name = Path.GetFileNameWithoutExtension(project.Path);
        if (!Inward.TryGetValue(name, out string[]? inward))
        {
            return [$"{name} has no ring: give it one here"];
        }

        var xml = XDocument.Parse(project.Text);
        IEnumerable<string> outward = Included(xml, "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            .Where(target => !inward.Contains(target))
            .Select(target => $"{name} refers to {target}, which is not inward of it");
        IEnumerable<string> foreign = Included(xml, "PackageReference")
            .Where(package => Owners.TryGetValue(package, out string[]? owners) && !owners.Contains(name))
            .Select(package => $"{name} uses the package {package}, which belongs to {string.Join(" and ", Owners[package])} alone");
        return outward.Concat(foreign);
    }

    private static IEnumerable<string> Included(XDocument project, string item) =>
        project.Descendants(item).Select(element => element.Attribute("Include")?.Value ?? string.Empty);
}
