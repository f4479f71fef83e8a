import { chosenWorkspace } from "./chosenWorkspace";
import { takeEarly } from "./early";
import { type ApiError, toApiError } from "./errors";
import { client } from "./generated/client.gen";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export function csrfToken(): string | undefined {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1];
}

/** A name for one call, by which its lines in every log of the studio are found. */
export function requestId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** The CSRF token, fetched once if the cookie is not there yet. */
export async function ensureCsrf(): Promise<string> {
  if (!csrfToken()) await fetch("/api/v1/csrf", { credentials: "same-origin" });
  return csrfToken() ?? "";
}

/** Prepares the generated client; `onSignedOut` runs when the session has ended. */
export function configureApi(onSignedOut: () => void): void {
  client.setConfig({
    baseUrl: "",
    credentials: "same-origin",
    throwOnError: true,
    fetch: takeEarly as typeof fetch,
  });
  client.interceptors.request.use(async (request) => {
    request.headers.set("X-Request-ID", requestId());
    request.headers.set("Accept-Language", document.documentElement.lang);
    const workspace = chosenWorkspace();
    if (workspace) request.headers.set("X-Workspace", workspace);
    if (!SAFE.has(request.method)) request.headers.set("X-CSRFToken", await ensureCsrf());
    return request;
  });
  client.interceptors.error.use((error, response) => {
    const problem = toApiError(error, response?.status ?? 0);
    if (isSignedOut(problem)) onSignedOut();
    return problem;
  });
}

function isSignedOut(error: ApiError): boolean {
  const codes = ["not_authenticated", "not-authenticated", "user:not-signed-in"];
  return error.status === 401 || (error.status === 403 && codes.includes(error.code));
}
