/** Every call that the pages make, unwrapped from the generated client. */
import { chosenWorkspace, forgetWorkspace } from "./chosenWorkspace";
import { ApiError } from "./errors";
import * as sdk from "./generated/sdk.gen";
import type {
  BlendPart,
  ConvertParams,
  CoverParams,
  Currency,
  FilesListData,
  Job,
  Language,
  PreprocessParams,
  QuoteAsk,
  SeparateParams,
  SoundPreset,
  TrainParams,
} from "./types";

const raise = { throwOnError: true } as const;

async function data<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}

const path = (id: string) => ({ ...raise, path: { id } });
const filePath = (file_id: string) => ({ ...raise, path: { file_id } });
const datasetPath = (dataset_id: string) => ({ ...raise, path: { dataset_id } });
/** Sent with each start, so that a repeated click or a lost answer starts nothing twice. */
const once = (key: string) => ({ "Idempotency-Key": key });

export type FileFilter = Omit<NonNullable<FilesListData["query"]>, "job">;

export interface VoiceFilter {
  search?: string;
  tag?: string;
  sort?: "newest" | "quality" | "rating" | "name";
  cursor?: string;
}

export interface JobFilter {
  kind?: Job["kind"];
  state?: Job["state"];
  batch?: string;
  voice?: string;
  song?: string;
  label?: string;
  search?: string;
  sounds?: boolean;
  over?: boolean;
  created_after?: string;
  created_before?: string;
  page_size?: number;
  cursor?: string;
}

/** A grid of conversions or covers: a job for each file in each voice with each of the settings. */
export interface GridBody<Params> {
  files: string[];
  singers: Singers[];
  settings: Params[];
}

export type SungKind = SoundPreset["kind"];

/** Who sings: a voice, and what others are blended in; the first one gets the rest. */
export interface Singers {
  voice: string;
  blend: BlendPart[];
}

export interface SignQuery {
  method: "PUT" | "POST" | "GET" | "DELETE";
  upload_id?: string;
  part_number?: number;
}

export interface ConsentForm {
  statement_version: string;
  singer_name: string;
  scope: "own" | "licensed";
  agreed: boolean;
}

/** Who is signed in. A workspace that was chosen here and is gone is forgotten. */
async function me() {
  try {
    return await data(sdk.me(raise));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404 && chosenWorkspace())) throw error;
    forgetWorkspace();
    return data(sdk.me(raise));
  }
}

export const api = {
  me,
  changeMe: (body: { name?: string; language?: Language; mails_trainings?: boolean }) =>
    data(sdk.meUpdate({ ...raise, body })),
  accept: (body: { terms?: string; privacy?: string }) => data(sdk.meAccept({ ...raise, body })),
  credits: () => data(sdk.creditsRetrieve(raise)),
  entries: (cursor?: string) => data(sdk.creditsEntriesList({ ...raise, query: { cursor } })),
  usage: () => data(sdk.usageRetrieve(raise)),
  stats: () => data(sdk.statsRetrieve(raise)),
  search: (q: string) => data(sdk.search({ ...raise, query: { q } })),
  addSamples: () => data(sdk.samplesCreate(raise)),
  plans: () => data(sdk.plansList(raise)),
  quote: (body: QuoteAsk) => data(sdk.quotesCreate({ ...raise, body })),
  checkout: (item: string, currency: Currency) =>
    data(sdk.billingCheckoutCreate({ ...raise, body: { item, currency } })),
  portal: () => data(sdk.billingPortalCreate(raise)),
  legal: (document: "terms" | "privacy") =>
    data(sdk.legalRetrieve({ ...raise, path: { document } })),

  files: (query: FileFilter) => data(sdk.filesList({ ...raise, query })),
  file: (id: string) => data(sdk.filesGet(filePath(id))),
  fileSummary: () => data(sdk.filesSummary(raise)),
  trashFiles: (files: string[]) => data(sdk.filesTrash({ ...raise, body: { files } })),
  restoreFiles: (files: string[]) => data(sdk.filesRestore({ ...raise, body: { files } })),
  emptyTrash: () => data(sdk.filesEmptyTrash(raise)),
  tagFiles: (files: string[], add: string[], remove: string[]) =>
    data(sdk.filesTag({ ...raise, body: { files, add, remove } })),
  trimFile: (id: string, body: { start_s: number; end_s: number; name?: string }) =>
    data(sdk.filesTrim({ ...filePath(id), body })),
  renameFile: (id: string, name: string) =>
    data(sdk.filesRename({ ...filePath(id), body: { name } })),
  deleteFile: (id: string) => data(sdk.filesDelete(filePath(id))),
  waveform: (id: string) => data(sdk.filesWaveform(filePath(id))),
  filePitch: (id: string) => data(sdk.filesPitch(filePath(id))),
  keepPitch: (id: string, body: { low_hz: number; median_hz: number; high_hz: number }) =>
    data(sdk.filesKeepPitch({ ...filePath(id), body })),
  downloadLink: (id: string) => data(sdk.filesDownload(filePath(id))),
  playLink: (id: string) => data(sdk.filesDownload({ ...filePath(id), query: { inline: true } })),

  startUpload: (body: { name: string; size: number; content_type: string; recorded?: boolean }) =>
    data(sdk.uploadsStart({ ...raise, body })),
  signUpload: (id: string, body: SignQuery) => data(sdk.uploadsSign({ ...filePath(id), body })),
  finishUpload: (id: string) => data(sdk.uploadsFinish(filePath(id))),
  abandonUpload: (id: string) => data(sdk.uploadsCancel(filePath(id))),

  datasets: (cursor?: string) => data(sdk.datasetsList({ ...raise, query: { cursor } })),
  dataset: (id: string) => data(sdk.datasetsGet(datasetPath(id))),
  card: (id: string) => data(sdk.datasetsCard(datasetPath(id))),
  createDataset: (name: string, file_ids: string[]) =>
    data(sdk.datasetsCreate({ ...raise, body: { name, file_ids } })),
  updateDataset: (id: string, body: { name?: string; file_ids?: string[] }) =>
    data(sdk.datasetsUpdate({ ...datasetPath(id), body })),
  deleteDataset: (id: string) => data(sdk.datasetsDelete(datasetPath(id))),

  voices: (query: VoiceFilter) => data(sdk.voicesList({ ...raise, query })),
  voiceTags: () => data(sdk.voicesTagsList(raise)),
  voice: (id: string) => data(sdk.voicesRetrieve(path(id))),
  createVoice: (name: string) => data(sdk.voicesCreate({ ...raise, body: { name } })),
  changeVoice: (id: string, body: { name?: string; tags?: string[]; rating?: number | null }) =>
    data(sdk.voicesPartialUpdate({ ...path(id), body })),
  picture: (id: string, v: string) =>
    data(sdk.voicesPictureRetrieve({ ...path(id), query: { v }, parseAs: "blob" })),
  setPicture: (id: string, picture: File) =>
    data(sdk.voicesPictureUpdate({ ...path(id), body: { picture } })),
  dropPicture: (id: string) => data(sdk.voicesPictureDestroy(path(id))),
  demo: (id: string) => data(sdk.voicesDemoRetrieve(path(id))),
  chooseDemo: (id: string, body: { file: string } | { job: string; step: number }) =>
    data(sdk.voicesDemoCreate({ ...path(id), body })),
  dropDemo: (id: string) => data(sdk.voicesDemoDestroy(path(id))),
  importLinks: (id: string, model_size: number, index_size?: number) =>
    data(sdk.voicesImportFilesCreate({ ...path(id), body: { model_size, index_size } })),
  startImport: (id: string, upload: string, index: boolean) =>
    data(sdk.voicesImportCreate({ ...path(id), body: { upload, index } })),
  removal: (id: string) => data(sdk.voicesDeletionRetrieve(path(id))),
  deleteVoice: (id: string) => data(sdk.voicesDestroy(path(id))),
  giveConsent: (id: string, body: ConsentForm) =>
    data(sdk.voicesConsentCreate({ ...path(id), body })),
  revokeConsent: (id: string) => data(sdk.voicesConsentDestroy(path(id))),
  exportVoice: (id: string) => data(sdk.voicesExportRetrieve(path(id))),
  checkpoints: (id: string) => data(sdk.voicesCheckpointsList(path(id))),
  chooseCheckpoint: (id: string, checkpoint_id: string) =>
    data(sdk.voicesCheckpointsChooseCreate({ ...raise, path: { id, checkpoint_id } })),
  consentStatement: () => data(sdk.consentStatementRetrieve(raise)),

  startTraining: (voice: string, dataset: string, params: TrainParams, key: string) =>
    data(sdk.trainingsCreate({ ...raise, body: { voice, dataset, params }, headers: once(key) })),
  continueTraining: (
    id: string,
    body: { total_steps: number; patience?: number | null },
    key: string,
  ) => data(sdk.voicesContinueCreate({ ...path(id), body, headers: once(key) })),
  startConversions: (singers: Singers, files: string[], params: ConvertParams, key: string) =>
    data(
      sdk.conversionsCreate({ ...raise, body: { ...singers, files, params }, headers: once(key) }),
    ),
  startCovers: (
    singers: Singers,
    files: string[],
    backing: string | null,
    params: CoverParams,
    key: string,
  ) =>
    data(
      sdk.coversCreate({
        ...raise,
        body: { ...singers, files, backing, params },
        headers: once(key),
      }),
    ),
  startConversionGrid: (body: GridBody<ConvertParams>, key: string) =>
    data(sdk.conversionsGridCreate({ ...raise, body, headers: once(key) })),
  startCoverGrid: (body: GridBody<CoverParams>, key: string) =>
    data(sdk.coversGridCreate({ ...raise, body, headers: once(key) })),
  presets: (kind: SungKind, cursor?: string) =>
    data(sdk.presetsList({ ...raise, query: { kind, cursor } })),
  builtinPresets: () => data(sdk.presetsBuiltinList(raise)),
  createPreset: (body: {
    name: string;
    kind: SungKind;
    settings: Record<string, unknown>;
    shared: boolean;
  }) => data(sdk.presetsCreate({ ...raise, body })),
  updatePreset: (
    id: string,
    body: { name?: string; settings?: Record<string, unknown>; shared?: boolean },
  ) => data(sdk.presetsUpdate({ ...path(id), body })),
  deletePreset: (id: string) => data(sdk.presetsDelete(path(id))),
  startSeparations: (files: string[], params: SeparateParams, key: string) =>
    data(sdk.separationsCreate({ ...raise, body: { files, params }, headers: once(key) })),
  startPreprocess: (files: string[], params: PreprocessParams, key: string) =>
    data(sdk.preprocessCreate({ ...raise, body: { files, params }, headers: once(key) })),
  startAnalysis: (dataset: string, key: string) =>
    data(sdk.analysesCreate({ ...raise, body: { dataset }, headers: once(key) })),

  jobs: (query: JobFilter) => data(sdk.jobsList({ ...raise, query })),
  job: (id: string) => data(sdk.jobsRetrieve(path(id))),
  labelJob: (id: string, labels: string[]) =>
    data(sdk.jobsLabel({ ...path(id), body: { labels } })),
  labelJobs: (jobs: string[], add: string[], remove: string[]) =>
    data(sdk.jobsChangeLabels({ ...raise, body: { jobs, add, remove } })),
  labels: () => data(sdk.jobsLabelsRetrieve(raise)),
  cancelJob: (id: string) => data(sdk.jobsCancelCreate(path(id))),
  cancelBatch: (id: string) => data(sdk.batchesCancelCreate(path(id))),
  retryJob: (id: string) => data(sdk.jobsRetryCreate(path(id))),
  finishJob: (id: string) => data(sdk.jobsFinishCreate(path(id))),
  jobEvents: (id: string, after?: number) =>
    data(sdk.jobsEventsRetrieve({ ...path(id), query: { after } })),
  previews: (id: string) => data(sdk.jobsPreviewsList(path(id))),
};
