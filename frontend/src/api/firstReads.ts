/**
 * What a page asks the server for as soon as it stands, by its path in the router. The build puts
 * this into `early.js`, which asks while the code still loads; `takeEarly` hands the answers over.
 * Only of pages opened without a search, which may ask for something else. A name with a $ stands
 * for itself in the path.
 */
export const FIRST_READS: Readonly<Record<string, readonly string[]>> = {
  "/": ["files", "datasets", "voices", "jobs", "stats", "usage"],
  "/library": ["files/summary", "usage", "files?page_size=200"],
  "/library/record": [],
  "/datasets/$datasetId": ["datasets/$datasetId", "jobs?kind=analyse"],
  "/voices": ["voices/tags", "voices"],
  "/voices/new": ["consent-statement"],
  "/voices/import": ["consent-statement"],
  "/voices/$voiceId": ["voices/$voiceId", "voices/tags", "voices/$voiceId/checkpoints", "datasets"],
  "/jobs": ["jobs?page_size=100"],
  "/jobs/$jobId": ["jobs/$jobId", "jobs/$jobId/events"],
  "/batches/$batchId": ["jobs?batch=$batchId", "presets/builtin", "presets?kind=convert"],
  "/convert": ["voices", "files?state=ready", "presets/builtin", "presets?kind=convert"],
  "/history": ["voices", "jobs/labels", "jobs?sounds=true"],
  "/results": ["voices", "jobs/labels", "jobs?sounds=true"],
  "/compare": [],
  "/account": ["exports?page_size=1", "erasures/workspace", "erasures/account"],
  "/account/developers": ["keys?revoked=false&page_size=100", "webhooks?page_size=100"],
  "/usage": ["usage", "plans", "credits/entries"],
  "/workspace": [],
};

/** What every page of a customer asks for: at first and at last. */
export const ALWAYS_READ = ["me", "credits"] as const;

/** All that the page of a path asks for, in the order in which it is needed; guests ask nothing. */
export function readsOf(path: string): string[] {
  const [me, credits] = ALWAYS_READ;
  const reads = FIRST_READS[path];
  return reads ? [me, ...reads, credits] : [];
}
