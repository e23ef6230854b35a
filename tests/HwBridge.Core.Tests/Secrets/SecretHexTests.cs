using System.Text;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

public class SecretHexTests
{
    [FsCheck.NUnit.Property]
    public bool Encode_AnyBytes_IsWhatTheFrameworkGives(byte[] bytes)
    {
        byte[] digits = new byte[2 * bytes.Length];
        SecretHex.Encode(bytes, digits);
        byte[] back = new byte[bytes.Length];
        return Encoding.ASCII.GetString(digits) == Convert.ToHexStringLower(bytes)
            && SecretHex.TryDecode(digits, back) && back.SequenceEqual(bytes)
            && SecretHex.TryDecode(Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)), back) && back.SequenceEqual(bytes);
    }

    [TestCase("0")]
    [TestCase("000")]
    [TestCase("00000")]
    [TestCase("000g")]
    [TestCase("0 00")]
    [TestCase("0x00")]
    [TestCase("00:0")]
    [TestCase("")]
    public void TryDecode_OtherThanFourDigits_IsFalse(string digits) =>
        Assert.That(SecretHex.TryDecode(Encoding.ASCII.GetBytes(digits), new byte[2]), Is.False);
}
