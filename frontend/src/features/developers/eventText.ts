import type { Delivery, HookEvent } from "../../api/developers";
import { EventsEnumSchema } from "../../api/generated/schemas.gen";
import type { Key } from "../../i18n";

/** What can be subscribed to one by one. */
export const EVENTS: HookEvent[] = EventsEnumSchema.enum.filter((event) => event !== "*");

export const EVENT_TEXT: Record<HookEvent | Delivery["event"], Key> = {
  "*": "allEvents",
  "job.succeeded": "eventJobSucceeded",
  "job.failed": "eventJobFailed",
  "job.cancelled": "eventJobCancelled",
  "batch.finished": "eventBatchFinished",
  "voice.ready": "eventVoiceReady",
  "file.ready": "eventFileReady",
  "file.failed": "eventFileFailed",
  "webhook.test": "eventTest",
};
