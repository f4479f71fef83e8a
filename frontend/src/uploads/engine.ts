/** Uploads straight to storage in presigned parts, which survive a reload of the page. */
import AwsS3, { type AwsBody } from "@uppy/aws-s3";
import Uppy, { type UppyFile } from "@uppy/core";
import GoldenRetriever from "@uppy/golden-retriever";
import { api } from "../api/calls";
import { ApiError, isNotFound } from "../api/errors";
import { LARGEST_BYTES, PART_BYTES, PARTS_ABOVE_BYTES } from "./limits";

interface Meta {
  [key: string]: unknown;
  name: string;
  type?: string;
  /** With a microphone, in the studio. */
  recorded?: boolean;
  /** The file's id on the server and its key in storage, from the first signature on. */
  serverId?: string;
  key?: string;
}

export type UploadFile = UppyFile<Meta, AwsBody>;
export type Engine = Uppy<Meta, AwsBody>;
type SignRequest = Parameters<
  Extract<ConstructorParameters<typeof AwsS3>[1], { signRequest: unknown }>["signRequest"]
>[0];

const FINISH_TRIES = 4;
const ABORT_FIRST_MS = 1000;

interface Hooks {
  onChanged: () => void;
}

/** One engine for a workspace; where it `resumes`, unfinished uploads of the last visit come back. */
export function createEngine(workspaceId: string, hooks: Hooks, resumes: boolean): Engine {
  const uppy: Engine = new Uppy<Meta, AwsBody>({
    id: `uploads-${workspaceId}`,
    autoProceed: true,
    allowMultipleUploadBatches: true,
  });
  const serverIds = new Map<string, string>();
  const finishing = new Map<string, Promise<void>>();

  uppy.use(AwsS3<Meta, AwsBody>, {
    limit: 3,
    shouldUseMultipart: (file) => (file.size ?? 0) > PARTS_ABOVE_BYTES,
    getChunkSize: () => PART_BYTES,
    // The server chooses the key at the first signature; until then the file's own id stands for it.
    generateObjectKey: (file) => file.meta.key ?? file.id,
    signRequest: (request) => sign(uppy, serverIds, request),
  });

  const finish = (id: string) => {
    const running = finishing.get(id) ?? finishOnServer(uppy, id, hooks);
    finishing.set(id, running);
    return running.finally(() => finishing.delete(id));
  };
  uppy.on("upload-success", (file) => file && void finish(file.id));
  uppy.addPostProcessor(async (ids) => {
    const stored = ids.filter((id) => uppy.getFile(id)?.progress.uploadComplete);
    await Promise.all(stored.map(finish));
  });
  uppy.on("file-removed", (file) => {
    const { serverId } = file.meta;
    if (!serverId || file.progress.uploadComplete) return;
    // Uppy first takes back the parts, for which the server still signs.
    setTimeout(
      () => void api.abandonUpload(serverId).then(hooks.onChanged, () => undefined),
      !file.isRemote && file.s3Multipart ? ABORT_FIRST_MS : 0,
    );
  });
  uppy.on("restored", () => resumeRestored(uppy, finish));
  // A file chosen again after a reload could not bring its bytes along: go on where it was.
  uppy.on("file-added", (file) => {
    if (file.progress.uploadStarted) void uppy.retryUpload(file.id);
  });
  if (!resumes) return uppy;
  // Its own limits (10 MB a file) would forget most recordings; it passes these on to its store.
  const store = { name: "uploads", maxFileSize: LARGEST_BYTES, maxTotalSize: 8 * LARGEST_BYTES };
  uppy.use(GoldenRetriever<Meta, AwsBody>, { indexedDB: store });
  return uppy;
}

async function sign(uppy: Engine, serverIds: Map<string, string>, request: SignRequest) {
  const file = uppy
    .getFiles()
    .find((one) => one.id === request.key || one.meta.key === request.key);
  let serverId = file?.meta.serverId ?? serverIds.get(request.key);
  if (!serverId) {
    if (!file) throw new Error(`no file for ${request.key}`);
    const upload = await api.startUpload({
      name: file.name,
      size: file.size ?? 0,
      content_type: file.type || "application/octet-stream",
      recorded: file.meta.recorded ?? false,
    });
    serverId = upload.id;
    serverIds.set(upload.key, upload.id);
    uppy.setFileMeta(file.id, { name: file.name, serverId: upload.id, key: upload.key });
  }
  try {
    const signed = await api.signUpload(serverId, {
      method: request.method,
      upload_id: "uploadId" in request ? request.uploadId : undefined,
      part_number: "partNumber" in request ? request.partNumber : undefined,
    });
    serverIds.set(signed.key, serverId);
    return signed;
  } catch (error) {
    if (isOver(error)) {
      serverIds.delete(request.key);
      if (file) startOver(uppy, file);
    }
    throw error;
  }
}

function isOver(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ApiError && error.code === "upload-over");
}

/** Forgets an upload that the server has no more, so that trying again starts a new one. */
function startOver(uppy: Engine, file: UploadFile): void {
  if (!uppy.getFile(file.id)) return;
  uppy.setFileMeta(file.id, { name: file.name, serverId: undefined, key: undefined });
  uppy.setFileState(file.id, { s3Multipart: undefined });
}

async function finishOnServer(uppy: Engine, id: string, hooks: Hooks): Promise<void> {
  const serverId = uppy.getFile(id)?.meta.serverId;
  if (!serverId) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await api.finishUpload(serverId);
      hooks.onChanged();
      forget(uppy, id);
      return;
    } catch (error) {
      if (attempt === FINISH_TRIES) {
        if (uppy.getFile(id)) uppy.setFileState(id, { error: String(error) });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}

/** Tells a file's id on the server, once it has one. */
export function whenNamed(uppy: Engine, id: string, tell: (fileId: string) => void): void {
  const look = () => {
    const serverId = uppy.getFile(id)?.meta.serverId;
    if (uppy.getFile(id) && !serverId) return;
    uppy.off("state-update", look);
    if (serverId) tell(serverId);
  };
  uppy.on("state-update", look);
  look();
}

/** Goes on with what the last visit left unfinished; files without their bytes wait to be chosen again. */
function resumeRestored(uppy: Engine, finish: (id: string) => Promise<void>): void {
  uppy.setState({ currentUploads: {}, recoveredState: null });
  for (const file of uppy.getFiles()) {
    if (file.progress.uploadComplete) void finish(file.id);
    else if (!file.isGhost) void uppy.retryUpload(file.id);
  }
}

/** Takes a stored file off the list in a while, so that the same one can be chosen again. */
function forget(uppy: Engine, id: string): void {
  setTimeout(() => uppy.getFile(id) && uppy.removeFile(id), 2500);
}

/** Tries again what failed: the bytes, or only the last word to the server. */
export function retry(uppy: Engine, hooks: Hooks, id: string): void {
  const file = uppy.getFile(id);
  if (!file) return;
  if (!file.progress.uploadComplete) {
    void uppy.retryUpload(id);
    return;
  }
  uppy.setFileState(id, { error: null });
  void finishOnServer(uppy, id, hooks);
}
