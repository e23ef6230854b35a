using System.Diagnostics;
using HwBridge.Core.Eip2335;

namespace HwBridge.Bench.Eip2335;

/// <summary>The key derivation of the usual scrypt keystore by libsodium, called straight.</summary>
internal static class OneKdf
{
    internal static ReadOnlySpan<byte> Password => "correct horse battery staple"u8;

    /// <summary>Seconds of one derivation while <paramref name="threads"/> do the same, which share the memory's bandwidth.</summary>
    internal static double Time(int threads, int rounds)
    {
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                Derive();
            }
        }))];
        long start = Stopwatch.GetTimestamp();
        foreach (Thread thread in all)
        {
            thread.Start();
        }

        foreach (Thread thread in all)
        {
            thread.Join();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / rounds;
    }

    internal static void Derive()
    {
        Span<byte> key = stackalloc byte[KeystoreKdf.KeySize];
        NativeScrypt.Derive(Password, new byte[32], (ScryptKdf)KeystoreKdf.Scrypt, key);
    }
}
