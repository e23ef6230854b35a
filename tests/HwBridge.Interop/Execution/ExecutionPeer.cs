using System.Text.Json;
using System.Text.Json.Nodes;

namespace HwBridge.Interop.Execution;

/// <summary>ethers and viem, asked the same; they must agree with each other before anybody is compared with them.</summary>
internal static class ExecutionPeer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>One answer for each question.</summary>
    internal static async Task<IReadOnlyList<JsonNode>> AskAsync(IEnumerable<object> questions)
    {
        List<string> lines = [.. questions.Select(static question => JsonSerializer.Serialize(question))];
        IReadOnlyList<string> answers = await NodePeer.RunAsync("Execution/execution.mjs", lines, Deadline);
        Assert.That(answers, Has.Count.EqualTo(lines.Count));
        return [.. answers.Zip(lines, static (answer, question) =>
        {
            JsonNode both = JsonNode.Parse(answer)!;
            Assert.That(both["ethers"]!.ToJsonString(), Is.EqualTo(both["viem"]!.ToJsonString()), question);
            return both["ethers"]!;
        })];
    }
}
