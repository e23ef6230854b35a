using System.Runtime.Versioning;
using HwBridge.UsbVm.Guest;
using HwBridge.UsbVm.Guest.Exchange;

[assembly: SupportedOSPlatform("linux")]

// PROGRAM RESULTS: where the published hwbridge is, and the file that takes one line of JSON for each case. Or: echo hid|usb.
return args is [EchoDevice.Verb, string kind]
    ? await EchoDevice.RunAsync(kind).ConfigureAwait(false)
    : await GuestRun.RunAsync(args[0], args[1]).ConfigureAwait(false);
