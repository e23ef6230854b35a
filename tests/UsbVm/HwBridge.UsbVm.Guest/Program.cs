using System.Runtime.Versioning;
using HwBridge.UsbVm.Guest;

[assembly: SupportedOSPlatform("linux")]

// PROGRAM RESULTS: where the published hwbridge is, and the file that takes one line of JSON for each case.
return await GuestRun.RunAsync(args[0], args[1]).ConfigureAwait(false);
