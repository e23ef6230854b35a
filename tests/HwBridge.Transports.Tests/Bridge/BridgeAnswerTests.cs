using System.Text;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Bridge;

namespace HwBridge.Transports.Tests.Bridge;

public sealed class BridgeAnswerTests
{
    [TestCase("HTTP/1.1 200 OK\r\n\r\n00ff\n", 200, "00ff", null)]
    [TestCase("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 4\r\n\r\n00ff", 200, "00ff", null)]
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"session not found\"}\n", 400, null, "session not found")]
    [TestCase("HTTP/1.1 200 OK\r\n\r\n{\"error\":\"session not found\"}", 200, null, "session not found")]
    [TestCase("HTTP/1.1 403 Forbidden\r\n\r\n", 403, null, "HTTP status 403")]
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":7}", 400, null, "HTTP status 400")]
    public void Answer_Whole_IsTakenApart(string text, int status, string? body, string? error)
    {
        using BridgeAnswer answer = Of(Encoding.ASCII.GetBytes(text));
        Assert.That((answer.IsWhole, answer.Status, answer.Error), Is.EqualTo((true, status, error)));
        Assert.That(body ?? Encoding.ASCII.GetString(answer.Body), Is.EqualTo(Encoding.ASCII.GetString(answer.Body)));
    }

    [TestCase("")]
    [TestCase("HTTP/1.1 200 OK")]
    [TestCase("HTTP/1.1 20x OK\r\n\r\n")]
    [TestCase("HTTP/2 200 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n00ff")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n00ff")]
    public void Answer_NotWhole_IsSaid(string text)
    {
        using BridgeAnswer answer = Of(Encoding.ASCII.GetBytes(text));
        Assert.That(answer.IsWhole, Is.False);
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void Answer_AnyBytes_NeverFail(byte[] head, byte[] body)
    {
        using BridgeAnswer raw = Of(head);
        using BridgeAnswer answer = Of([.. "HTTP/1.1 400 X\r\n"u8, .. head, .. "\r\n\r\n"u8, .. body]);
        Assert.That(() => (raw.IsWhole, answer.Error, answer.TryRead(json => json.GetRawText())), Throws.Nothing);
    }

    private static BridgeAnswer Of(byte[] bytes) => new(SecretBuffer.CopyOf(bytes));
}
