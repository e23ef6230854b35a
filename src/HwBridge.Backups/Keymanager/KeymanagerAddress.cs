using System.Net;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Keymanager;

/// <summary>Where a validator client serves the Keymanager API: over TLS, or on this computer itself.</summary>
public sealed class KeymanagerAddress
{
    private KeymanagerAddress(Uri root) => Root = root;

    /// <summary>True for plain HTTP, which never leaves this computer.</summary>
    public bool IsPlain => Root.Scheme == Uri.UriSchemeHttp;

    /// <summary>The API's root with a slash at its end, below which it has <c>eth/v1/keystores</c>.</summary>
    internal Uri Root { get; }

    /// <summary>Reads a URL as a person gives it.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Usage"/>: no http or https URL of a root, one with a name, query or fragment in it, or plain HTTP elsewhere than here.
    /// </exception>
    public static KeymanagerAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            throw Bad(text, "is no http or https URL", "Write it as https://HOST:PORT, or http://127.0.0.1:PORT on the same computer.");
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw Bad(text, "has more than a host, a port and a path", "Give the token in a file, and the root of the API alone.");
        }

        bool isHere = url.HostNameType == UriHostNameType.Dns ? url.Host == "localhost" : IPAddress.IsLoopback(IPAddress.Parse(url.DnsSafeHost));
        if (url.Scheme == Uri.UriSchemeHttp && !isHere)
        {
            throw Bad(
                text,
                "would send validator keys and their passwords over the network in the clear",
                "Use https://, or reach the client through a tunnel: ssh -L 5062:127.0.0.1:5062 HOST, then http://127.0.0.1:5062.");
        }

        return new KeymanagerAddress(url.AbsolutePath.EndsWith('/') ? url : new Uri($"{url.AbsoluteUri}/"));
    }

    /// <summary>As the person gave it, but for a slash at the end.</summary>
    public override string ToString() => Root.AbsoluteUri.TrimEnd('/');

    private static FaultException Bad(string text, string what, string remedy) => new(Fault.Usage, $"--keymanager {text} {what}", remedy);
}
