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
  DayUse,
  Entry as CreditEntry,
  Export as VoiceExport,
  File as AudioFile,
  FileCard,
  Finding,
  Hit as SearchHit,
  Job,
  JobBatch,
  JobEvent,
  Legal,
  Link as DownloadLink,
  Me,
  Message as Bilingual,
  Pack,
  PitchBin,
  Plan,
  Plans,
  PreprocessParams,
  Preview,
  Problem,
  QuotaUse,
  Quote,
  QuoteAskRequest as QuoteAsk,
  Scores,
  SeparateParams,
  Severity,
  ShownCard,
  Statement as ConsentStatement,
  Stats,
  TrainParams,
  Upload,
  Usage,
  Verdict,
  Voice,
  Waveform,
} from "./generated";

export type Language = "ko" | "en";
export type Currency = "krw" | "usd";

export interface Page<T> {
  results: T[];
  next?: string | null;
}
