using System.Text.Json.Serialization;

namespace HwBridge.Cli.Output;

/// <summary>Writers of every JSON document that the program prints, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FailureAnswer))]
[JsonSerializable(typeof(IReadOnlyList<DeviceAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<PubkeyAnswer>))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(RecipientAnswer))]
[JsonSerializable(typeof(ListeningAnswer))]
[JsonSerializable(typeof(BackupCreatedAnswer))]
[JsonSerializable(typeof(BackupInspectedAnswer))]
[JsonSerializable(typeof(BackupVerifiedAnswer))]
[JsonSerializable(typeof(BackupOpenedAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
