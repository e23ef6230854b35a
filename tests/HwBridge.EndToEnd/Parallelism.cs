// Most of the time these tests wait for a deadline or for another process.
[assembly: LevelOfParallelism(4)]
