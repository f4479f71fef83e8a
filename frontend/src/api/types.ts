/** The names that the pages use for the generated types: the only list to touch if the schema renames one. */
export type {
  Advice,
  AnalyseParams,
  BlendPart,
  CardSummary,
  Checkpoint,
  Consent,
  ConvertParams,
  CoverParams,
  Credits,
  Dataset,
  DatasetCard,
  Entry as CreditEntry,
  Export as VoiceExport,
  File as AudioFile,
  FileCard,
  Finding,
  Job,
  JobBatch,
  JobEvent,
  Link as DownloadLink,
  Me,
  Message as Bilingual,
  PitchBin,
  PreprocessParams,
  Preview,
  Problem,
  Scores,
  SeparateParams,
  Severity,
  ShownCard,
  Statement as ConsentStatement,
  TrainParams,
  Upload,
  Verdict,
  Voice,
  Waveform,
} from "./generated";

export type Language = "ko" | "en";

export interface Page<T> {
  results: T[];
  next?: string | null;
}
