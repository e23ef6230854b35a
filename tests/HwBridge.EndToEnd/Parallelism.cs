// Most of the time these tests wait for a deadline or for another process.
[assembly: LevelOfParallelism(4)]

// Signals, file modes and a disk of their own.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
