using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HwBridge.Cli.Output;

/// <summary>Writers of every JSON document that the program prints, generated at build.</summary>
[JsonSerializable(typeof(FailureAnswer))]
[JsonSerializable(typeof(IReadOnlyList<DeviceAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<PubkeyAnswer>))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(RecipientAnswer))]
[JsonSerializable(typeof(ListeningAnswer))]
[JsonSerializable(typeof(ServingAnswer))]
[JsonSerializable(typeof(BackupCreatedAnswer))]
[JsonSerializable(typeof(BackupInspectedAnswer))]
[JsonSerializable(typeof(BackupVerifiedAnswer))]
[JsonSerializable(typeof(BackupOpenedAnswer))]
[JsonSerializable(typeof(BackupSharedAnswer))]
[JsonSerializable(typeof(BackupExportedAnswer))]
[JsonSerializable(typeof(BackupListedAnswer))]
[JsonSerializable(typeof(BackupImportedAnswer))]
[JsonSerializable(typeof(BackupErasedAnswer))]
[JsonSerializable(typeof(DoctorAnswer))]
[JsonSerializable(typeof(BackupSentAnswer))]
[JsonSerializable(typeof(DrillRunAnswer))]
[JsonSerializable(typeof(DrillStatusAnswer))]
[JsonSerializable(typeof(DrillForgottenAnswer))]
[JsonSerializable(typeof(BackupCopiedAnswer))]
[JsonSerializable(typeof(BackupRewrittenAnswer))]
[JsonSerializable(typeof(BackupOutdatedAnswer))]
[JsonSerializable(typeof(BackupRepairedAnswer))]
[JsonSerializable(typeof(SignedAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>URIs and quotes as they are: this is a terminal or a file, not a web page.</summary>
    internal static AnswerJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
