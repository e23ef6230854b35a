namespace HwBridge.Bench.Ledger;

/// <summary>What one exchange cost, in microseconds.</summary>
/// <param name="Host">From the call to its result, without the device's own time.</param>
/// <param name="Processor">Processor time of the host's process.</param>
/// <param name="Device">From the APDU's arrival at the device to its answer.</param>
internal readonly record struct Cost(double Host, double Processor, double Device);
