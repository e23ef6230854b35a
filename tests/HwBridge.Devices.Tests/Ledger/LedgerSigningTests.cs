using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>The execution layer's signatures of a Ledger, and what becomes of those that don't come to their end.</summary>
internal sealed class LedgerSigningTests
{
    private static readonly Bip32Path Account = SigningCases.Account;

    private static IEnumerable<string> Kinds => SigningCases.Kinds.Append(SigningCases.Nested);

    [TestCaseSource(nameof(Kinds))]
    public async Task Sign_Approved_IsTheAccountsSignature(string kind)
    {
        await using SoftwareLedger ledger = SwitchOn(new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IExecutionSigning signing = store.Require<IExecutionSigning>("sign");
        ExecutionAddress account = await signing.GetAddressAsync(Account, confirm: true, CancellationToken.None);
        EthereumSignature signature = await SigningCases.SignAsync(kind, signing, CancellationToken.None);
        Assert.That(account.ToChecksumString(), Is.EqualTo("0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D"));
        Assert.That(signature.Recover(SigningCases.DigestOf(kind)), Is.EqualTo(account));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Sign_Rejected_IsTheUsersAndTheNextOneWorks(string kind)
    {
        ScriptedScreen screen = new();
        screen.Answer(approve: false);
        await using SoftwareLedger ledger = SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IExecutionSigning signing = store.Require<IExecutionSigning>("sign");
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await SigningCases.SignAsync(kind, signing, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.UserRejected));
        screen.Answer(approve: true);
        screen.Answer(approve: true);
        Assert.That((await SigningCases.SignAsync(kind, signing, CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
    }

    /// <summary>Another program, or this one before it was killed, has left the device with any part of anything.</summary>
    [TestCaseSource(nameof(Kinds))]
    public async Task Sign_AfterAHalfSentOne_IsNotMixedWithIt(string kind)
    {
        await using SoftwareLedger ledger = SwitchOn(new PolicyScreen(approve: true));
        int cuts = 0;
        foreach (ILedgerCommand<EthereumSignature> half in (ILedgerCommand<EthereumSignature>[])
            [new SignTransactionCommand(Account, SigningCases.Call), new SignMessageCommand(Account, SigningCases.Message), new SignTypedDataCommand(Account, SigningCases.NestedData)])
        {
            for (int links = 1; links < half.Links; links++, cuts++)
            {
                await SendAsync(ledger, half, links);
                await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
                EthereumSignature signature = await SigningCases.SignAsync(kind, store.Require<IExecutionSigning>("sign"), CancellationToken.None);
                Assert.That(signature.Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
            }
        }

        TestContext.Out.WriteLine($"{cuts} cuts");
    }

    /// <summary>Nobody waits any more: the device is told to forget what it has, at once, and the connection goes on.</summary>
    [TestCase("call")]
    [TestCase("message")]
    [TestCase("typed data")]
    public async Task Sign_CancelledBetweenTwoParts_LeavesNothingHalfSent(string kind)
    {
        await using SoftwareLedger ledger = SwitchOn(new PolicyScreen(approve: true));
        int cut = 0;
        for (bool isDone = false; !isDone; cut++)
        {
            using CancellationTokenSource stop = new();
            List<byte> instructions = [];
            int parts = 0;
            (ITransport wire, IFraming framing) = ledger.Connect();
            SwappingTransport watched = new(
                wire,
                (_, data) =>
                {
                    instructions.Add(data[5]);
                    return data;
                },
                () =>
                {
                    // The answer to a part has come; the next one has not been sent.
                    if (instructions[^1] is 0x04 or 0x08 or 0x0c or 0x1a or 0x1c && parts++ == cut)
                    {
                        stop.Cancel();
                    }
                });
            await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
                watched, framing, new ListeningPerson(), TestLedger.Options, CancellationToken.None);
            IExecutionSigning signing = store.Require<IExecutionSigning>("sign");
            try
            {
                await SigningCases.SignAsync(kind, signing, stop.Token);
                isDone = true;
                continue;
            }
            catch (OperationCanceledException)
            {
                Assert.That(instructions[^1], Is.EqualTo(EthereumApp.GetPublicKey), "which ends whatever was begun");
            }

            Assert.That((await SigningCases.SignAsync(kind, signing, CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
        }

        TestContext.Out.WriteLine($"{cut - 1} cuts");
        Assert.That(cut, Is.GreaterThan(2));
    }

    /// <summary>What the device signs is changed on the way, at each byte that can be: nothing of it is given out.</summary>
    [TestCase("transfer", 40)]
    [TestCase("message", 200)]
    [TestCase("typed data", 20)]
    public async Task Sign_SwappedOnTheWay_IsAProtocolFault(string kind, int points)
    {
        int swapped = 0;
        await using SoftwareLedger ledger = SwitchOn(new PolicyScreen(approve: true));
        for (int point = 0; point < points; point++)
        {
            int at = point;
            (ITransport wire, IFraming framing) = ledger.Connect();
            int seen = 0;
            SwappingTransport swapping = new(wire, (_, data) =>
            {
                // Of a transaction and a message a byte from the end, of typed data the last byte of a value.
                bool isStream = data[5] == EthereumApp.ImplementStruct;
                int offset = data.Length - 1 - (isStream ? 0 : at);
                if ((isStream || data[5] is EthereumApp.Sign or EthereumApp.SignPersonalMessage) && seen++ == (isStream ? at : 0) && offset > 4 + 5)
                {
                    data[offset] ^= 0x01;
                }

                return data;
            });
            await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
                swapping, framing, new ListeningPerson(), TestLedger.Options, CancellationToken.None);
            try
            {
                EthereumSignature signature = await SigningCases.SignAsync(kind, store.Require<IExecutionSigning>("sign"), CancellationToken.None);
                Assert.That(signature.Recover(SigningCases.DigestOf(kind)), Is.Not.Null, "only what was not changed");
                Assert.That(signature.RequireFrom(signature.Recover(SigningCases.DigestOf(kind))!.Value, SigningCases.DigestOf(kind), "x"), Is.EqualTo(signature));
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol).Or.EqualTo(Fault.Unsupported).Or.EqualTo(Fault.UserRejected));
                swapped += fault.Fault == Fault.Protocol ? 1 : 0;
            }
        }

        TestContext.Out.WriteLine($"{points} places, {swapped} times the device signed something else");
        Assert.That(swapped, Is.Positive);
    }

    /// <summary>The plug is pulled before each packet of a signature.</summary>
    [TestCaseSource(nameof(Kinds))]
    public async Task Sign_UnpluggedAtEachPacket_IsAFaultAndTheNextOneWorks(string kind)
    {
        await using SoftwareLedger ledger = SwitchOn(new PolicyScreen(approve: true));
        int points = 0;
        for (bool isDone = false; !isDone; points++)
        {
            int pulled = points;
            (ITransport wire, IFraming framing) = ledger.Connect();
            SwappingTransport pulling = new(wire, (sent, data) => sent == pulled ? null : data);
            try
            {
                await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
                    pulling, framing, new ListeningPerson(), TestLedger.Options, CancellationToken.None);
                Assert.That((await SigningCases.SignAsync(kind, store.Require<IExecutionSigning>("sign"), CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
                isDone = true;
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"packet {pulled}");
            }

            await using LedgerKeyStore next = await TestLedger.OpenAsync(ledger);
            Assert.That((await SigningCases.SignAsync(kind, next.Require<IExecutionSigning>("sign"), CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
        }

        TestContext.Out.WriteLine($"{points - 1} packets");
    }

    [Test]
    public async Task SignTransaction_WhatTheAppCanNotShow_SaysWhatToDo()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await store.Require<IExecutionSigning>("sign").SignTransactionAsync(Account, SigningCases.Call, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Remedy, Does.Contain("Blind signing"));
    }

    /// <summary>Each recorded signature by our host: the recorded APDUs where it cuts as they are cut, the recorded account.</summary>
    [Test]
    public void Commands_OfEachRecordedSignature_AreTheRecordedBytes()
    {
        int compared = 0;
        foreach (string name in LedgerRecording.SigningNames)
        {
            List<byte[]> parts = [];
            foreach (LedgerExchange exchange in LedgerRecording.Load(name).Exchanges)
            {
                if (exchange.Apdu is not [0xe0, EthereumApp.Sign or EthereumApp.SignPersonalMessage or EthereumApp.SignTypedData, ..])
                {
                    continue;
                }

                parts = exchange.Apdu[2] == 0 ? [exchange.Apdu] : [.. parts, exchange.Apdu];
                if (exchange.Response!.Length != EthereumSignature.Size + 2)
                {
                    continue;
                }

                (ILedgerCommand<EthereumSignature> command, Core.Ssz.Bytes32 digest) = CommandOf([.. parts.SelectMany(part => part[5..])], exchange.Apdu[1]);
                if (parts.SkipLast(1).All(part => part.Length == ApduLimits.MaxCommand))
                {
                    Assert.That(EncodeAll(command).Select(Convert.ToHexString), Is.EqualTo(parts.Select(Convert.ToHexString)), name);
                    compared++;
                }

                EthereumSignature signature = command.Parse(exchange.Response.AsSpan(0, EthereumSignature.Size));
                Assert.That(signature.Recover(digest)?.ToChecksumString(), Is.EqualTo("0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D"), name);
            }
        }

        Assert.That(compared, Is.EqualTo(22));
    }

    /// <summary>A legacy transaction of each length: its last three items are never cut, and no part is empty or too long.</summary>
    [Test]
    public void SignTransaction_LegacyOfEachLength_KeepsItsEndTogether()
    {
        for (int length = 0; length < 600; length++)
        {
            EthereumTransaction transaction = new()
            {
                Kind = TransactionKind.Legacy,
                ChainId = 560048,
                Nonce = 1,
                MaxFeePerGas = 1,
                GasLimit = 21000,
                To = default(ExecutionAddress),
                Data = new byte[length],
            };
            byte[][] parts = EncodeAll(new SignTransactionCommand(Account, transaction));
            Assert.That(parts[^1].AsSpan(5).EndsWith(Convert.FromHexString("83088bb08080")), $"{length}");
            Assert.That(parts[^1], Has.Length.GreaterThan(5 + 6), $"{length}");
            Assert.That(parts.SelectMany(part => part[5..]).Skip(21), Is.EqualTo(transaction.Encode()), $"{length}");
        }
    }

    private static byte[][] EncodeAll(ILedgerCommand<EthereumSignature> command)
    {
        byte[] apdu = new byte[ApduLimits.MaxCommand];
        return [.. Enumerable.Range(0, command.Links).Select(link => apdu[..command.EncodeLink(link, apdu)])];
    }

    private static (ILedgerCommand<EthereumSignature> Command, Core.Ssz.Bytes32 Digest) CommandOf(byte[] payload, byte instruction)
    {
        ReadOnlyMemory<byte> rest = payload.AsMemory(1 + (4 * payload[0]));
        switch (instruction)
        {
            case EthereumApp.Sign:
                var transaction = EthereumTransaction.Decode(rest, "recording");
                return (new SignTransactionCommand(Account, transaction), transaction.SigningHash());
            case EthereumApp.SignPersonalMessage:
                return (new SignMessageCommand(Account, rest[4..]), PersonalMessage.SigningHash(rest[4..]));
            default:
                Core.Ssz.Bytes32 digest = Keccak256.Hash((ReadOnlySpan<byte>)[0x19, 0x01, .. rest.Span]);
                return (new SignTypedHashesCommand(Account, new(rest.Span[..32]), new(rest.Span[32..])), digest);
        }
    }

    private static async Task SendAsync(SoftwareLedger ledger, ILedgerCommand<EthereumSignature> command, int links)
    {
        (ITransport transport, IFraming framing) = ledger.Connect();
        using DeviceLinkOf link = new(transport, framing);
        foreach (byte[] apdu in EncodeAll(command).Take(links))
        {
            Assert.That(await link.ExchangeAsync(apdu), Is.EqualTo("9000"));
        }
    }

    private static SoftwareLedger SwitchOn(IDeviceScreen screen)
    {
        SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        ledger.EthereumSettings.BlindSigning = true;
        return ledger;
    }

    /// <summary>A host without any opinion.</summary>
    private sealed class DeviceLinkOf(ITransport transport, IFraming framing) : IDisposable
    {
        private readonly DeviceLink _link = new(transport, framing, TestLedger.Options.AnswerDeadline);

        public void Dispose() => _link.DisposeAsync().AsTask().GetAwaiter().GetResult();

        internal async Task<string> ExchangeAsync(byte[] apdu)
        {
            await _link.SendAsync(apdu, CancellationToken.None);
            await _link.ReceiveAsync(TestLedger.Options.AnswerDeadline, CancellationToken.None);
            return Convert.ToHexStringLower(_link.Message);
        }
    }
}
