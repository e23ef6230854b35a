using System.Globalization;
using HwBridge.Core.People;
using HwBridge.SigningBridge.Callers;
using Microsoft.AspNetCore.Http;

namespace HwBridge.SigningBridge.Requests;

/// <summary>All requests that are under way, and the last ones that were: what the terminal, the page, the log and the metrics show.</summary>
internal sealed class RequestBoard(IPerson person, BridgeLog log, BridgeMetrics metrics, int maxOpen)
{
    private const int Kept = 50;
    private const int ShownOnPage = 100;

    private readonly Lock _lock = new();
    private readonly LinkedList<BridgeRequest> _open = [];
    private readonly Queue<BridgeRequest> _done = [];
    private TaskCompletionSource _changed = New();
    private long _last;
    private long _version;

    /// <summary>How many are under way.</summary>
    internal int OpenCount
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Takes a request in, and shows it.</summary>
    /// <exception cref="RefusedException">Too many wait already.</exception>
    internal BridgeRequest Add(SignatureWish wish, CallingProgram caller)
    {
        BridgeRequest request;
        int before;
        lock (_lock)
        {
            before = _open.Count;
            if (before >= maxOpen)
            {
                throw new RefusedException(
                    StatusCodes.Status429TooManyRequests,
                    RefusedException.TooMany,
                    $"{before} requests wait for the device already",
                    "Ask again when they are done.");
            }

            request = new BridgeRequest(++_last, wish, caller);
            _open.AddLast(request);
            Announce();
        }

        person.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"#{request.Number} {caller} asks: {wish.Title}{(before > 0 ? $" ({before} before it)" : string.Empty)}\n  {string.Join("\n  ", wish.Lines)}"));
        log.Request(request);
        return request;
    }

    /// <summary>The device has it now.</summary>
    internal void Begin(BridgeRequest request)
    {
        lock (_lock)
        {
            request.Status = RequestStatus.OnDevice;
            Announce();
        }

        log.Request(request);
    }

    /// <summary>It is over.</summary>
    internal void End(BridgeRequest request, RequestStatus status, string? reason)
    {
        lock (_lock)
        {
            request.Status = status;
            request.Reason = reason;
            _open.Remove(request);
            _done.Enqueue(request);
            if (_done.Count > Kept)
            {
                _done.Dequeue();
            }

            Announce();
        }

        metrics.Count(status, request.Elapsed);
        log.Request(request);
        person.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"#{request.Number} {Words(status)} after {request.Elapsed.TotalSeconds:0.0} s{(reason is null ? string.Empty : $": {reason}")}"));
    }

    /// <summary>What is there now: those under way, the first one first, then those that are done, the last one first.</summary>
    internal (long Version, IReadOnlyList<BridgeRequest> Requests) Read()
    {
        lock (_lock)
        {
            return (_version, [.. _open.Take(ShownOnPage), .. _done.Reverse()]);
        }
    }

    /// <summary>Completes when there is more to see than at <paramref name="version"/>.</summary>
    internal Task ChangeAfter(long version)
    {
        lock (_lock)
        {
            return _version > version ? Task.CompletedTask : _changed.Task;
        }
    }

    /// <summary>For a person.</summary>
    internal static string Words(RequestStatus status) => status switch
    {
        RequestStatus.Waiting => "waits",
        RequestStatus.OnDevice => "is on the device",
        RequestStatus.Signed => "signed",
        RequestStatus.Rejected => "rejected on the device",
        RequestStatus.Abandoned => "given up by the program that asked",
        _ => "failed",
    };

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Announce()
    {
        _version++;
        _changed.TrySetResult();
        _changed = New();
    }
}
