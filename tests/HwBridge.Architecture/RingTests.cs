using System.Xml.Linq;

namespace HwBridge.Architecture;

/// <summary>Arrows between projects point inward only.</summary>
public sealed class RingTests
{
    /// <summary>The project whose packages CI's feed has not: part of a build with -p:VendorUsb=true only.</summary>
    private const string Vendor = "HwBridge.Transports.Vendor";

    /// <summary>What each project may refer to; a project that is not here has no place in the house yet.</summary>
    private static readonly Dictionary<string, string[]> Inward = new()
    {
        ["HwBridge.Core"] = [],
        ["HwBridge.Protocols"] = ["HwBridge.Core"],
        ["HwBridge.Transports"] = ["HwBridge.Core"],
        [Vendor] = ["HwBridge.Core", "HwBridge.Transports"],
        ["HwBridge.Devices"] = ["HwBridge.Core", "HwBridge.Protocols", "HwBridge.Transports", Vendor],
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
        ["Device.Net"] = [Vendor],
        ["Google.Protobuf"] = ["HwBridge.Protocols"],
        ["Hid.Net"] = [Vendor],
        ["LibUsbDotNet"] = [Vendor],
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

    [Test]
    public void VendorProject_InADefaultBuild_HasNoPart() =>
        Assert.That(
            TrackedFile.All.Where(file => Path.GetExtension(file.Path) is ".csproj" or ".sln" or ".props" or ".targets").SelectMany(CheckVendor),
            Is.Empty);

    [TestCase("HwBridge.sln", "\"src\\HwBridge.Transports.Vendor\\HwBridge.Transports.Vendor.csproj\"")]
    [TestCase("a.csproj", "<ProjectReference Include=\"../HwBridge.Transports.Vendor/HwBridge.Transports.Vendor.csproj\" />")]
    public void CheckVendor_PartOfADefaultBuild_IsFound(string path, string text) =>
        Assert.That(CheckVendor(new TrackedFile(path, text)), Has.One.StartsWith(path));

    [Test]
    public void CheckVendor_WithTheProperty_IsFine() => Assert.That(
        CheckVendor(new TrackedFile("a.csproj", $"<ProjectReference Include=\"{Vendor}.csproj\" Condition=\"'$(VendorUsb)' == 'true'\" />")), Is.Empty);

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

    private static IEnumerable<string> CheckVendor(TrackedFile file) =>
        from line in file.Text.Split('\n')
        where line.Contains($"{Vendor}.csproj", StringComparison.Ordinal) && !line.Contains("Condition=\"'$(VendorUsb)' == 'true'\"", StringComparison.Ordinal)
        select $"{file.Path} builds {Vendor} without -p:VendorUsb=true";

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
