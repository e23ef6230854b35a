using System.Text.Json.Nodes;

namespace HwBridge.Interop.Bls;

/// <summary>The suite that the tests of HwBridge.Core run offline is what @chainsafe/blst says today.</summary>
internal sealed class BlsSuiteTests
{
    [Test]
    public async Task Suite_GeneratedAgain_IsTheCommittedOne()
    {
        string folder = Path.Combine(NodePeer.Root, "..", "HwBridge.Core.Tests", "Data", "Bls", "EthereumSuite");
        IReadOnlyList<string> lines = await NodePeer.RunAsync("Bls/suite.mjs", [], TimeSpan.FromMinutes(2));
        List<string> handlers = [];
        foreach (JsonNode handler in lines.Select(static line => JsonNode.Parse(line)!))
        {
            string name = handler["handler"]!.GetValue<string>();
            handlers.Add($"{name}.json");
            JsonNode? committed = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.json")));
            Assert.That(JsonNode.DeepEquals(handler["cases"], committed), Is.True, $"{name}.json: run node Bls/suite.mjs {folder}");
        }

        Assert.That(handlers, Is.EquivalentTo(Directory.GetFiles(folder, "*.json").Select(Path.GetFileName)));
    }
}
