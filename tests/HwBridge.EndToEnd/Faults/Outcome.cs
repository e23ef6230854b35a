using System.Text.Json;

namespace HwBridge.EndToEnd.Faults;

/// <summary>What a command left: its exit code and what it wrote.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Its answer, which must be one JSON document and nothing else.</summary>
    internal JsonElement Document()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new AssertionException($"stdout is not one JSON document ({exception.Message}): {this}");
        }
    }

    /// <summary>Asserts a failure in the contract's form, and gives its message.</summary>
    internal string Failure(params int[] exits)
    {
        Assert.That(exits, Does.Contain(ExitCode), $"{this}");
        JsonElement error = Document().GetProperty("error");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.GetProperty("exit").GetInt32(), Is.EqualTo(ExitCode), $"{this}");
            Assert.That(error.GetProperty("code").GetString(), Is.Not.Empty);
            Assert.That(error.GetProperty("message").GetString(), Has.Length.GreaterThan(3));
            Assert.That(error.GetProperty("message").GetString(), Does.Not.StartWith("unexpected failure"), $"{this}");
            Assert.That(error.GetProperty("remedy").GetString(), Has.Length.GreaterThan(8), $"{this}");
        }

        return error.GetProperty("message").GetString()!;
    }

    public override string ToString() => $"$ {Command}\n[exit {ExitCode}]\n{Output}\n{Error}";
}
