using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using HwBridge.Core.Eip2334;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;
using HwBridge.Devices.Ledger;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Tcp;

namespace HwBridge.Bench.Exchange;

/// <summary>A host in a process of its own.</summary>
/// <remarks>It prints what hw-app-eth-bench.mjs prints: the wall time and its processor time, in microseconds per exchange.</remarks>
internal static class ExchangeHost
{
    internal const string Argument = "--exchange-host";

    /// <summary>HwBridge's key store.</summary>
    internal const string Ours = "hwbridge";

    /// <summary>HwBridge's session, with a validator key that is taken as it comes, as hw-app-eth takes it.</summary>
    internal const string Unchecked = "unchecked";

    /// <summary>The same bytes by a socket that is asked without a pause, and nothing else.</summary>
    internal const string Bare = "bare";

    internal const string SealingKey = "sealing";
    internal const string ValidatorKey = "validator";

    internal static async Task RunAsync(string kind, string exchange, string port, string rounds, string warmUp)
    {
        int device = int.Parse(port, CultureInfo.InvariantCulture);
        if (kind == Bare)
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync("127.0.0.1", device);
            byte[] request = Request(exchange);
            byte[] answer = new byte[512];
            await MeasureAsync(
                () =>
                {
                    socket.Send(request);
                    int count = 0;
                    do
                    {
                        while (!socket.Poll(0, SelectMode.SelectRead))
                        {
                        }

                        count += socket.Receive(answer.AsSpan(count));
                    }
                    while (count < sizeof(int)
                        || count < sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(answer) + ApduLimits.StatusSize);
                    return ValueTask.CompletedTask;
                },
                rounds,
                warmUp);
            return;
        }

        TcpTransport transport = await TcpTransport.ConnectAsync("bench", "127.0.0.1", device, CancellationToken.None);
        if (kind == Unchecked)
        {
            await using LedgerSession session = new(new DeviceLink(transport, new ApduSocketFraming()), new SilentPerson(), new LedgerOptions());
            UncheckedValidatorKey command = new(new GetEth2PublicKeyCommand(ValidatorKeyPath.Signing(0)));
            await MeasureAsync(async () => await session.ExchangeAsync(command, tell: null, CancellationToken.None), rounds, warmUp);
            return;
        }

        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            transport, new ApduSocketFraming(), new SilentPerson(), new LedgerOptions(), CancellationToken.None);
        store.TryGet(out ISealing? sealing);
        store.TryGet(out IValidatorKeys? keys);
        await MeasureAsync(
            exchange == SealingKey
                ? async () => await sealing!.GetPublicKeyAsync(confirm: false, CancellationToken.None)
                : async () =>
                {
                    await foreach (DerivedKey _ in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], false, CancellationToken.None))
                    {
                    }
                },
            rounds,
            warmUp);
    }

    private static byte[] Request(string exchange)
    {
        byte[] apdu = new byte[ApduLimits.MaxCommand];
        int length = exchange == SealingKey
            ? new GetPrivacyPublicKeyCommand(new LedgerOptions().SealingPath).Encode(apdu)
            : new GetEth2PublicKeyCommand(ValidatorKeyPath.Signing(0)).Encode(apdu);
        byte[] request = new byte[sizeof(int) + length];
        BinaryPrimitives.WriteInt32BigEndian(request, length);
        apdu.AsSpan(0, length).CopyTo(request.AsSpan(sizeof(int)));
        return request;
    }

    private static async Task MeasureAsync(Func<ValueTask> exchange, string rounds, string warmUp)
    {
        int count = int.Parse(rounds, CultureInfo.InvariantCulture);
        for (int i = int.Parse(warmUp, CultureInfo.InvariantCulture); i > 0; i--)
        {
            await exchange();
        }

        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            await exchange();
        }

        double wall = Stopwatch.GetElapsedTime(start).TotalMicroseconds / count;
        double used = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{wall} {used}"));
    }
}
