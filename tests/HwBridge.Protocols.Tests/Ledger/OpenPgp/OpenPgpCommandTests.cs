using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;
using HwBridge.Shared.Ledger;

namespace HwBridge.Protocols.Tests.Ledger.OpenPgp;

/// <summary>Host commands against the recordings of the OpenPGP app: they give the recorded APDUs and read the recorded answers.</summary>
internal sealed class OpenPgpCommandTests
{
    [Test]
    public void PutData_EveryRecordedContentThatFits_GivesTheRecordedLinks()
    {
        int contents = 0;
        int links = 0;
        foreach (string name in LedgerRecording.OpenPgpNames)
        {
            List<string> chain = [];
            List<byte> content = [];
            bool isOurs = true;
            foreach (LedgerExchange exchange in LedgerRecording.Load(name).Exchanges.Where(exchange => exchange.Apdu.Length > 0))
            {
                byte[] apdu = exchange.Apdu;
                if (apdu[1] != OpenPgpApp.PutData || IsNotOurs(exchange))
                {
                    // The rest of such a chain is not ours either.
                    isOurs = apdu[1] != OpenPgpApp.PutData || apdu[0] == OpenPgpApp.Cla;
                    chain.Clear();
                    content.Clear();
                    continue;
                }

                chain.Add(Convert.ToHexStringLower(apdu));
                content.AddRange(apdu.AsSpan(5));
                if (apdu[0] == OpenPgpApp.ChainCla)
                {
                    continue;
                }

                OpenPgpDataObject target = OpenPgpDataObject.All.Single(known => known.Tag == ((apdu[2] << 8) | apdu[3]));
                if (!isOurs)
                {
                    isOurs = true;
                }
                else if (content.Count <= target.Capacity)
                {
                    PutDataCommand command = new(target, content.ToArray());
                    Assert.That(Enumerable.Range(0, command.Links).Select(link => Encode(command, link)), Is.EqualTo(chain), exchange.ToString());
                    contents++;
                    links += chain.Count;
                }
                else
                {
                    Assert.That(() => new PutDataCommand(target, content.ToArray()), Throws.InstanceOf<ArgumentOutOfRangeException>());
                }

                chain.Clear();
                content.Clear();
            }
        }

        Assert.That((contents, links), Is.EqualTo((57, 110)));

        // An extended length, and chains that were broken on purpose or cut otherwise.
        static bool IsNotOurs(LedgerExchange exchange) =>
            exchange.Apdu[4] != exchange.Apdu.Length - 5
            || exchange.Apdu[4] > OpenPgpApp.MaxLink
            || (exchange.Apdu[0] == OpenPgpApp.ChainCla && exchange.Apdu[4] < OpenPgpApp.MaxLink);
    }

    [Test]
    public void GetData_EveryRecordedObject_GivesTheRecordedApdusAndReadsTheContent()
    {
        int read = 0;
        foreach (string name in LedgerRecording.OpenPgpNames)
        {
            OpenPgpDataObject? asked = null;
            List<byte> answer = [];
            byte announced = 0;
            foreach (LedgerExchange exchange in LedgerRecording.Load(name).Exchanges.Where(exchange => exchange.Apdu.Length > 0))
            {
                byte[] apdu = exchange.Apdu;
                if (apdu[1] == OpenPgpApp.GetData)
                {
                    asked = OpenPgpDataObject.All.FirstOrDefault(known => known.Tag == ((apdu[2] << 8) | apdu[3]));
                    answer.Clear();
                    if (asked is not null)
                    {
                        Assert.That(Encode(new GetDataCommand(asked)), Is.EqualTo(Convert.ToHexStringLower(apdu)));
                    }
                }
                else if (apdu[1] == OpenPgpApp.GetResponse)
                {
                    byte[] next = new byte[5];
                    Assert.That(OpenPgpApp.EncodeGetResponse(announced, next), Is.EqualTo(5));
                    Assert.That(next, Is.EqualTo(apdu));
                }
                else
                {
                    asked = null;
                }

                if (asked is null || exchange.Response is not { } response || (response[^2] != 0x61 && response[^2] != 0x90))
                {
                    announced = exchange.Response is { Length: >= 2 } other ? other[^1] : (byte)0;
                    continue;
                }

                answer.AddRange(response.AsSpan(0, response.Length - 2));
                announced = response[^1];
                if (response[^2] == 0x90)
                {
                    Assert.That(new GetDataCommand(asked).Parse(answer.ToArray()), Is.EqualTo(answer));
                    read++;
                }
            }
        }

        Assert.That(read, Is.EqualTo(70));
    }

    [Test]
    public void Select_Recorded_IsTheRecordedApdu()
    {
        SelectOpenPgpCommand command = default;
        Assert.That(Encode(command), Is.EqualTo(Convert.ToHexStringLower(LedgerRecording.Load("openpgp_access").Exchanges[0].Apdu)));
        Assert.That(command.Parse([]), Is.False);
        Assert.That(command.Parse([1]), Is.True, "an answer to an earlier command");
    }

    [Test]
    public void GetPinTries_Recorded_CountsDown()
    {
        GetPinTriesCommand command = default;
        int[] user =
        [
            .. LedgerRecording.Load("openpgp_pin").Exchanges
                .Where(exchange => Convert.ToHexStringLower(exchange.Apdu) == Encode(command))
                .Select(exchange => command.Parse(exchange.Response!.AsSpan(0, 7)))
                .Select(tries => tries.Admin == 3 ? tries.Of(OpenPgpPin.User) : -1),
        ];
        Assert.That(user, Is.EqualTo((int[])[2, 1, 0, 0]));
        AssertProtocol(command, "010c0c0c0400");
        AssertProtocol(command, "010c0c0c040003");
        AssertProtocol(command, "010c0c0c0300ff");
    }

    [Test]
    public void VerifyPin_Recorded_AsksOnTheDeviceAndHoldsNoPin()
    {
        VerifyPinCommand command = new(OpenPgpPin.User);
        Assert.That(Encode(command), Is.EqualTo(Convert.ToHexStringLower(LedgerRecording.Load("openpgp_pin").Exchanges[^1].Apdu)));
        Assert.That(Encode(new VerifyPinCommand(OpenPgpPin.Admin)), Is.EqualTo("ef20008300"));
        Assert.That(command.NeedsApproval, Is.True);
        Assert.That(command.Parse([]), Is.EqualTo(OpenPgpPin.User));
        AssertProtocol(command, "00");
    }

    [Test]
    public void SystemCommands_Encode_AsTheSystemHasThem()
    {
        Assert.That(Encode(default(QuitAppCommand)), Is.EqualTo("b0a7000000"));
        Assert.That(Encode(new OpenAppCommand("OpenPGP")), Is.EqualTo("e0d80000074f70656e504750"));
        Assert.That(default(QuitAppCommand).NeedsApproval, Is.False);
        Assert.That(new OpenAppCommand("OpenPGP").NeedsApproval, Is.True);
        AssertProtocol(default(QuitAppCommand), "00");
        AssertProtocol(new OpenAppCommand("OpenPGP"), "00");
    }

    [Test]
    public void Capacities_AreThoseMeasured()
    {
        Assert.That(OpenPgpDataObject.All.Select(known => known.Tag), Is.EqualTo((ushort[])[0x0101, 0x0102, 0x0103, 0x0104, 0x7f21]));
        Assert.That(OpenPgpDataObject.All.Select(known => known.Capacity), Is.EqualTo((int[])[512, 512, 512, 512, 1510]));
        foreach (OpenPgpDataObject target in OpenPgpDataObject.All)
        {
            Assert.That(() => new PutDataCommand(target, new byte[target.Capacity + 1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            AssertProtocol(new GetDataCommand(target), new string('0', 2 * (target.Capacity + 1)));
        }
    }

    /// <summary>Whatever the content: links of at most 254 bytes, the chain bit on all but the last, together the content again.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void PutData_AnyContent_IsCutAndJoined(FsCheck.NonNegativeInt length, int which)
    {
        OpenPgpDataObject target = OpenPgpDataObject.All[(int)((uint)which % OpenPgpDataObject.All.Count)];
        byte[] content = new byte[length.Get * 37 % (target.Capacity + 1)];
        new Random(which).NextBytes(content);
        PutDataCommand command = new(target, content);
        byte[] apdu = new byte[ApduLimits.MaxCommand];
        List<byte> joined = [];
        for (int link = 0; link < command.Links; link++)
        {
            int size = command.EncodeLink(link, apdu);
            Assert.That(size, Is.LessThanOrEqualTo(5 + 254));
            Assert.That(apdu[0], Is.EqualTo(link == command.Links - 1 ? 0x00 : 0x10));
            Assert.That(apdu[4], Is.EqualTo(size - 5), "never an extended length");
            joined.AddRange(apdu.AsSpan(5, size - 5));
        }

        Assert.That(joined, Is.EqualTo(content));
        Assert.That(command.Parse([]), Is.EqualTo(content.Length));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Parse_AnyBytes_IsAnAnswerOrProtocol(byte[] data)
    {
        Try(default(GetPinTriesCommand));
        Try(default(SelectOpenPgpCommand));
        Try(default(QuitAppCommand));
        Try(new OpenAppCommand("OpenPGP"));
        Try(new VerifyPinCommand(OpenPgpPin.Admin));
        Try(new PutDataCommand(OpenPgpDataObject.Private1, data.AsMemory(0, Math.Min(data.Length, 512))));
        foreach (OpenPgpDataObject target in OpenPgpDataObject.All)
        {
            Try(new GetDataCommand(target));
        }

        void Try<TAnswer>(ILedgerCommand<TAnswer> command)
        {
            try
            {
                _ = command.Parse(data);
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
                Assert.That(fault.Message, Does.StartWith(command.Name));
            }
        }
    }

    private static string Encode<TAnswer>(ILedgerCommand<TAnswer> command, int link = 0)
    {
        byte[] apdu = new byte[ApduLimits.MaxCommand];
        return Convert.ToHexStringLower(apdu.AsSpan(0, command.EncodeLink(link, apdu)));
    }

    private static void AssertProtocol<TAnswer>(ILedgerCommand<TAnswer> command, string answer) => Assert.That(
        () => command.Parse(Convert.FromHexString(answer)),
        Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Protocol),
        $"{command.Name} {answer}");
}
