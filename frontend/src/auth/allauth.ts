/** The headless endpoints of django-allauth for browsers: session cookie and CSRF header. */
import { ensureCsrf, requestId } from "../api/http";

const ROOT = "/_allauth/browser/v1";

export interface AuthProblem {
  code: string;
  message: string;
  param?: string;
}

export interface AuthAnswer {
  status: number;
  authenticated: boolean;
  /** Steps that remain, such as `verify_email`. */
  pending: string[];
  problems: AuthProblem[];
}

export interface BrowserSession {
  id: number;
  user_agent: string;
  ip: string;
  created_at: number;
  last_seen_at?: number;
  is_current: boolean;
}

interface Body {
  status?: number;
  data?: { flows?: { id: string; is_pending?: boolean }[] } | BrowserSession[];
  meta?: { is_authenticated?: boolean };
  errors?: AuthProblem[];
}

export async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(ROOT + path, {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "X-Request-ID": requestId(),
      "Accept-Language": document.documentElement.lang,
      ...(method === "GET" ? {} : { "X-CSRFToken": await ensureCsrf() }),
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    body: body ? JSON.stringify(body) : undefined,
  });
}

export async function read(response: Response): Promise<AuthAnswer> {
  const body: Body = await response.json().catch(() => ({}));
  const flows = body.data && !Array.isArray(body.data) ? (body.data.flows ?? []) : [];
  const problems = body.errors ?? [];
  if (problems.length === 0 && (response.status >= 500 || response.status === 403)) {
    problems.push({ code: `http-${response.status}`, message: "" });
  }
  return {
    status: response.status,
    authenticated: body.meta?.is_authenticated ?? false,
    pending: flows.filter((flow) => flow.is_pending).map((flow) => flow.id),
    problems,
  };
}

export async function send(method: string, path: string, body?: object): Promise<AuthAnswer> {
  return read(await call(method, path, body));
}

/** For buttons, which have no field to show a problem at: throws where the answer is not a success. */
async function must(
  answer: Promise<AuthAnswer>,
  accept: (answer: AuthAnswer) => boolean = () => false,
): Promise<void> {
  const found = await answer;
  const { status, problems } = found;
  if (accept(found)) return;
  if (problems.length > 0 || status >= 400) throw new Error(problems[0]?.code ?? `http-${status}`);
}

export const auth = {
  signIn: (email: string, password: string) => send("POST", "/auth/login", { email, password }),
  signUp: (email: string, password: string, accepted: { terms: string; privacy: string }) =>
    send("POST", "/auth/signup", { email, password, ...accepted }),
  signOut: () =>
    must(
      send("DELETE", "/auth/session"),
      // That nobody is signed in any more is what was asked for.
      ({ status, authenticated }) => status === 401 && !authenticated,
    ),
  verifyEmail: (key: string) => send("POST", "/auth/email/verify", { key }),
  askReset: (email: string) => send("POST", "/auth/password/request", { email }),
  resetPassword: (key: string, password: string) =>
    send("POST", "/auth/password/reset", { key, password }),
  /** Without the current one where the account has none yet. */
  changePassword: (current_password: string | undefined, new_password: string) =>
    send("POST", "/account/password/change", { current_password, new_password }),
  /** Who signed up at a provider has none. */
  hasPassword: async (): Promise<boolean> => {
    const response = await call("GET", "/auth/session");
    if (!response.ok) throw new TypeError(`session: ${response.status}`);
    const body: { data: { user: { has_usable_password: boolean } } } = await response.json();
    return body.data.user.has_usable_password;
  },
  sessions: async (): Promise<BrowserSession[]> => {
    const response = await call("GET", "/auth/sessions");
    if (!response.ok) throw new TypeError(`sessions: ${response.status}`);
    const body: Body = await response.json();
    return Array.isArray(body.data) ? body.data : [];
  },
  endSession: (id: number) => must(send("DELETE", "/auth/sessions", { sessions: [id] })),
};
