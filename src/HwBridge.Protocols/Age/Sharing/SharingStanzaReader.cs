using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Shamir;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>Reads the JSON of one <see cref="SharingStanza"/>, with every bound checked.</summary>
internal sealed class SharingStanzaReader
{
    private const string Source = "the sss stanza";
    private const string Remedy = "Take an undamaged copy of the file; this one can't be read.";
    private const int MaxStanzas = 16;
    private const int MaxArguments = 16;
    private const int MaxArgumentLength = 4096;
    private const int MaxBodySize = 4096;

    private readonly Node _root;
    private readonly List<AgeStanza> _forKeys = [];
    private int _held;

    /// <summary>Reads the members; <see cref="Read"/> gives the tree.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    internal SharingStanzaReader(ReadOnlySpan<byte> json)
    {
        JsonCursor cursor = new(json, Source, SharingStanza.MaxJsonSize, Remedy);
        _root = ReadNode(ref cursor, depth: 0);
        cursor.End();
        if (_root.Shares is null)
        {
            throw cursor.Missing("s");
        }

        if (SetId is not null && !HasChecks(_root))
        {
            throw cursor.Fault($"has a set's id, but not every share in it has a \"{SharingStanza.CheckMember}\"");
        }
    }

    /// <summary>The set's id; null where another program wrote it.</summary>
    internal byte[]? SetId => _root.SetId;

    /// <summary>The X25519 stanzas of all shares, in the order in which the tags stand.</summary>
    internal IReadOnlyList<AgeStanza> ForKeys => _forKeys;

    /// <summary>The tree of shares.</summary>
    /// <param name="tags">4 bytes for each X25519 stanza; anything else counts as none.</param>
    internal ShareGroup Read(ReadOnlyMemory<byte> tags)
    {
        int held = 0;
        int forKeys = 0;
        bool tagged = tags.Length == TagStanza.TagSize * _forKeys.Count;
        return Group(_root, SetId);

        ShareGroup Group(Node node, byte[]? around)
        {
            List<WrappedShare> shares = [];
            foreach ((int position, Node child) in node.Shares!.Index())
            {
                byte x = node.Threshold > 1 ? child.X : (byte)0;
                byte[] salt = ShareCheck.SaltOf(around, node.Threshold, x, position);
                byte[] check = around is null ? [] : child.Check;
                shares.Add(child.Shares is null ? Held(child, x, salt, check) : new WrappedShare(x, salt, check)
                {
                    Group = Group(child, around is null ? null : salt),
                });
            }

            return new ShareGroup(node.Threshold, shares);
        }

        WrappedShare Held(Node node, byte x, byte[] salt, byte[] check) => new(x, salt, check)
        {
            Number = ++held,
            Type = node.Stanzas![0].Type,
            ForKey = node.ForKey,
            ForPassphrase = node.ForPassphrase,
            Tag = node.ForKey is not null && tagged ? tags.Slice(TagStanza.TagSize * forKeys++, TagStanza.TagSize) : default,
        };
    }

    private static bool HasChecks(Node group) =>
        group.Shares!.TrueForAll(static share => share.Check.Length > 0 && (share.Shares is null || HasChecks(share)));

    private Node ReadNode(ref JsonCursor cursor, int depth)
    {
        Node node = new();
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "v":
                    _ = cursor.GetInteger(1, 1);
                    break;
                case "t":
                    node.Threshold = (int)cursor.GetInteger(0, SecretSharing.MaxShares);
                    break;
                case "x":
                    node.X = (byte)cursor.GetInteger(0, SecretSharing.MaxShares);
                    break;
                case "s" when cursor.Token != JsonTokenType.Null:
                    node.Shares = ReadShares(ref cursor, depth + 1);
                    break;
                case "k" when cursor.Token != JsonTokenType.Null:
                    ReadStanzas(ref cursor, node);
                    break;
                case SharingStanza.CheckMember:
                    node.Check = Exactly(ref cursor, ShareCheck.Size);
                    break;
                case SharingStanza.SetIdMember:
                    node.SetId = Exactly(ref cursor, SharingStanza.SetIdSize);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        if (node.Shares is null == node.Stanzas is null)
        {
            throw cursor.Fault("must have either shares (s) or stanzas (k)");
        }

        if (node.Shares is null)
        {
            _ = ++_held <= SharingStanza.MaxShares ? 0 : throw cursor.Fault($"is more than the {SharingStanza.MaxShares}th share");
        }
        else if (node.Threshold < 1 || node.Threshold > node.Shares.Count)
        {
            throw cursor.Fault($"asks for {node.Threshold} of {node.Shares.Count} shares");
        }
        else if (node.Threshold > 1
            && (node.Shares.Any(static share => share.X == 0) || node.Shares.DistinctBy(static share => share.X).Count() < node.Shares.Count))
        {
            throw cursor.Fault("has two shares with the same x, or one with x = 0");
        }

        return node;
    }

    private List<Node> ReadShares(ref JsonCursor cursor, int depth)
    {
        List<Node> shares = [];
        cursor.BeginArray();
        while (cursor.NextElement())
        {
            if (depth > SharePolicy.MaxDepth)
            {
                throw cursor.Fault("is nested too deep: groups stand one level within the outermost");
            }

            if (shares.Count == SecretSharing.MaxShares)
            {
                throw cursor.Fault($"is more than the {SecretSharing.MaxShares}th share of one key");
            }

            shares.Add(ReadNode(ref cursor, depth));
        }

        return shares;
    }

    private void ReadStanzas(ref JsonCursor cursor, Node node)
    {
        node.Stanzas = [];
        cursor.BeginArray();
        while (cursor.NextElement())
        {
            if (node.Stanzas.Count == MaxStanzas)
            {
                throw cursor.Fault($"is more than the {MaxStanzas}th stanza of one share");
            }

            AgeStanza stanza = ReadStanza(ref cursor);
            node.Stanzas.Add(stanza);
            if (node.ForKey is null && X25519Stanza.TryParse(stanza, out X25519Stanza? forKey))
            {
                node.ForKey = forKey;
                _forKeys.Add(stanza);
            }
            else if (node.ForPassphrase is null && ScryptStanza.TryParse(stanza, out ScryptStanza? forPassphrase))
            {
                node.ForPassphrase = forPassphrase;
            }
        }

        if (node.Stanzas.Count == 0)
        {
            throw cursor.Fault("wraps a share in no stanza");
        }
    }

    private static AgeStanza ReadStanza(ref JsonCursor cursor)
    {
        string? type = null;
        List<string> arguments = [];
        byte[] body = [];
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "Type":
                    type = Argument(ref cursor);
                    break;
                case "Args" when cursor.Token != JsonTokenType.Null:
                    cursor.BeginArray();
                    while (cursor.NextElement())
                    {
                        _ = arguments.Count < MaxArguments ? 0 : throw cursor.Fault($"is more than the {MaxArguments}th argument of a stanza");
                        arguments.Add(Argument(ref cursor));
                    }

                    break;
                case "Body" when cursor.Token != JsonTokenType.Null:
                    body = cursor.GetBase64(MaxBodySize);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new AgeStanza(type ?? throw cursor.Missing("Type"), arguments, body);
    }

    private static string Argument(ref JsonCursor cursor)
    {
        string argument = cursor.GetString(MaxArgumentLength);
        return argument.Length > 0 && !argument.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? argument
            : throw cursor.Fault("must be printable ASCII without spaces");
    }

    private static byte[] Exactly(ref JsonCursor cursor, int size)
    {
        byte[] bytes = cursor.GetBase64(size);
        return bytes.Length == size ? bytes : throw cursor.Fault($"must be {size} bytes in base64");
    }

    private sealed class Node
    {
        internal int Threshold { get; set; }

        internal byte X { get; set; }

        internal List<Node>? Shares { get; set; }

        internal List<AgeStanza>? Stanzas { get; set; }

        internal X25519Stanza? ForKey { get; set; }

        internal ScryptStanza? ForPassphrase { get; set; }

        internal byte[] Check { get; set; } = [];

        internal byte[]? SetId { get; set; }
    }
}
