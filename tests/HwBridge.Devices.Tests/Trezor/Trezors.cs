using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>What the tests of this folder share.</summary>
internal static class Trezors
{
    /// <summary>Long enough for a busy machine where an answer comes, short where a test waits for none.</summary>
    internal static TrezorDeadlines Deadlines { get; } = new(
        Packet: TimeSpan.FromSeconds(5),
        Synchronise: TimeSpan.FromSeconds(5),
        Work: TimeSpan.FromSeconds(5),
        Person: TimeSpan.FromSeconds(10),
        Words: TimeSpan.FromSeconds(10),
        PinDelay: TimeSpan.FromSeconds(10));

    /// <summary>For a device that does not answer.</summary>
    internal static TrezorDeadlines Impatient { get; } = new(
        Packet: TimeSpan.FromMilliseconds(200),
        Synchronise: TimeSpan.FromMilliseconds(100),
        Work: TimeSpan.FromMilliseconds(200),
        Person: TimeSpan.FromMilliseconds(300),
        Words: TimeSpan.FromMilliseconds(300),
        PinDelay: TimeSpan.FromMilliseconds(300));

    /// <summary>A request that takes one packet.</summary>
    internal static RecordedCommand Request { get; } = new(MessageType.EthereumGetAddress, MessageType.EthereumAddress, [8, 1]);

    internal static ValueTask<TrezorSession> OpenAsync(
        ScriptedTrezor device, ScriptedPerson? person = null, TrezorOptions? options = null, TrezorDeadlines? deadlines = null) =>
        TrezorSession.OpenAsync(
            device, person ?? new ScriptedPerson(), options ?? new TrezorOptions(), deadlines ?? Deadlines, CancellationToken.None);

    internal static ValueTask<TrezorKeyStore> OpenStoreAsync(
        ScriptedTrezor device, ScriptedPerson? person = null, TrezorOptions? options = null) =>
        TrezorKeyStore.OpenAsync(device, person ?? new ScriptedPerson(), options ?? new TrezorOptions(), Deadlines, CancellationToken.None);

    internal static async Task<FaultException> FaultOfAsync<T>(ValueTask<T> task)
    {
        try
        {
            T result = await task;
            (result as IDisposable)?.Dispose();
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Message, Is.Not.Empty.And.Not.EndsWith("."));
            Assert.That(fault.Remedy, Does.EndWith("."));
            return fault;
        }

        throw new AssertionException("no fault");
    }

    internal static T Get<T>(this IKeyStore store)
        where T : class => store.TryGet(out T? capability) ? capability : throw new AssertionException($"no {typeof(T).Name}");
}
