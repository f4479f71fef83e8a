/** The names that the pages use for the generated types: the only list to touch if the schema renames one. */
export type {
  Consent,
  ConvertParams,
  Credits,
  Dataset,
  Entry as CreditEntry,
  Export as VoiceExport,
  File as AudioFile,
  Job,
  JobEvent,
  Link as DownloadLink,
  Me,
  Message as Bilingual,
  Preview,
  Problem,
  Statement as ConsentStatement,
  TrainParams,
  Upload,
  Voice,
  Waveform,
} from "./generated";

export type Language = "ko" | "en";

export interface Page<T> {
  results: T[];
  next?: string | null;
}
