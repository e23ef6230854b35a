using System.Net;
using System.Net.Sockets;

namespace HwBridge.Transports;

/// <summary>From a host's name to its addresses.</summary>
internal static class HostAddress
{
    /// <exception cref="SocketException">The name is unknown.</exception>
    internal static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        // The system's resolver can't be interrupted; whoever waits for it can.
        return await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
