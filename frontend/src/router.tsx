import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "./api/errors";
import { FIRST_DATA } from "./api/firstData";
import { meQuery } from "./api/queries";
import { providersQuery } from "./auth/social";
import type { ConvertSearch } from "./features/convert/useConvert";
import { JOB_STATES, type ListedState } from "./features/history/filter";
import { readSearch } from "./features/jobs/filter";
import { RESULT_KINDS, type ResultKind } from "./features/jobText";
import { librarySearch } from "./features/library/shelf";
import { VOICE_SORTS, type VoiceSort } from "./features/voice/sorts";
import { STEPS, type Step } from "./features/wizard/stepNames";
import { AppLayout } from "./shell/AppLayout";
import { AuthLayout } from "./shell/AuthLayout";
import { Crash } from "./shell/Crash";
import { NoSuchPage } from "./shell/NotFound";
import { Spinner } from "./ui/states";

interface Context {
  queryClient: QueryClient;
}

type Search = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
const number = (value: unknown) => (typeof value === "number" ? value : undefined);
/** Only a path of our own may be gone to after signing in. */
const ownPath = (value: unknown) => {
  const path = text(value);
  return path && /^\/(?![/\\])/.test(path) ? path : undefined;
};

const withProviders = ({ context }: { context: Context }) =>
  context.queryClient.ensureQueryData(providersQuery).catch(() => []);

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NoSuchPage,
});

const guest = createRoute({ getParentRoute: () => root, id: "guest", component: AuthLayout });
const signIn = createRoute({
  getParentRoute: () => guest,
  path: "/signin",
  validateSearch: (search: Search): { next?: string; email?: string } => ({
    next: ownPath(search.next),
    email: text(search.email),
  }),
  loader: withProviders,
  component: lazyRouteComponent(() => import("./pages/SignIn")),
});
const socialReturn = createRoute({
  getParentRoute: () => guest,
  path: "/signin/social",
  validateSearch: (search: Search): { next?: string; error?: string; error_process?: string } => ({
    next: ownPath(search.next),
    error: text(search.error),
    error_process: text(search.error_process),
  }),
  component: lazyRouteComponent(() => import("./pages/SocialReturn")),
});
const signUp = createRoute({
  getParentRoute: () => guest,
  path: "/signup",
  validateSearch: (search: Search): { next?: string; email?: string } => ({
    next: ownPath(search.next),
    email: text(search.email),
  }),
  loader: withProviders,
  component: lazyRouteComponent(() => import("./pages/SignUp")),
});
const secondStep = createRoute({
  getParentRoute: () => guest,
  path: "/second-step",
  validateSearch: (search: Search): { next?: string } => ({ next: ownPath(search.next) }),
  component: lazyRouteComponent(() => import("./pages/SecondStep")),
});
const verifyEmail = createRoute({
  getParentRoute: () => guest,
  path: "/verify-email/$key",
  component: lazyRouteComponent(() => import("./pages/VerifyEmail")),
});
const askReset = createRoute({
  getParentRoute: () => guest,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./pages/AskReset")),
});
const resetPassword = createRoute({
  getParentRoute: () => guest,
  path: "/reset-password/$key",
  component: lazyRouteComponent(() => import("./pages/ResetPassword")),
});

const invitation = createRoute({
  getParentRoute: () => guest,
  path: "/invitations/$token",
  component: lazyRouteComponent(() => import("./pages/Invitation")),
});
const terms = createRoute({
  getParentRoute: () => guest,
  path: "/terms",
  component: lazyRouteComponent(() => import("./pages/Legal"), "Terms"),
});
const privacy = createRoute({
  getParentRoute: () => guest,
  path: "/privacy",
  component: lazyRouteComponent(() => import("./pages/Legal"), "Privacy"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: AppLayout,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        throw redirect({ to: "/signin", search: { next: ownPath(location.href) } });
      }
      throw error;
    }
  },
});
const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/Home")),
});
const library = createRoute({
  getParentRoute: () => app,
  path: "/library",
  validateSearch: librarySearch,
  component: lazyRouteComponent(() => import("./pages/Library")),
});
const record = createRoute({
  getParentRoute: () => app,
  path: "/library/record",
  validateSearch: (search: Search): { wizard?: string } => ({ wizard: text(search.wizard) }),
  component: lazyRouteComponent(() => import("./pages/Record")),
});
const voices = createRoute({
  getParentRoute: () => app,
  path: "/voices",
  validateSearch: (search: Search): { tag?: string; sort?: VoiceSort } => ({
    tag: text(search.tag),
    sort: VOICE_SORTS.find((sort) => sort === search.sort),
  }),
  component: lazyRouteComponent(() => import("./pages/Voices")),
});
const newVoice = createRoute({
  getParentRoute: () => app,
  path: "/voices/new",
  validateSearch: (search: Search): { dataset?: string; voice?: string; step?: Step } => ({
    dataset: text(search.dataset),
    voice: text(search.voice),
    step: STEPS.find((step) => step === search.step),
  }),
  component: lazyRouteComponent(() => import("./pages/NewVoice")),
});
const importVoice = createRoute({
  getParentRoute: () => app,
  path: "/voices/import",
  component: lazyRouteComponent(() => import("./pages/ImportVoice")),
});
const voice = createRoute({
  getParentRoute: () => app,
  path: "/voices/$voiceId",
  component: lazyRouteComponent(() => import("./pages/Voice")),
});
const jobs = createRoute({
  getParentRoute: () => app,
  path: "/jobs",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./pages/Jobs")),
});
const job = createRoute({
  getParentRoute: () => app,
  path: "/jobs/$jobId",
  component: lazyRouteComponent(() => import("./pages/Job")),
});
const batch = createRoute({
  getParentRoute: () => app,
  path: "/batches/$batchId",
  component: lazyRouteComponent(() => import("./pages/Batch")),
});
const dataset = createRoute({
  getParentRoute: () => app,
  path: "/datasets/$datasetId",
  component: lazyRouteComponent(() => import("./pages/Dataset")),
});
const convert = createRoute({
  getParentRoute: () => app,
  path: "/convert",
  validateSearch: (search: Search): ConvertSearch => ({
    voice: text(search.voice),
    file: text(search.file),
    mode: search.mode === "song" ? "song" : undefined,
    job: text(search.job),
    lead_db: number(search.lead_db),
    instrumental_db: number(search.instrumental_db),
  }),
  component: lazyRouteComponent(() => import("./pages/Convert")),
});
export interface HistorySearch {
  kind?: ResultKind;
  state?: ListedState;
  voice?: string;
  song?: string;
  label?: string;
  search?: string;
  after?: string;
  before?: string;
}
const day = (value: unknown) =>
  text(value)?.match(/^\d{4}-\d{2}-\d{2}$/) ? text(value) : undefined;
const history = createRoute({
  getParentRoute: () => app,
  path: "/history",
  validateSearch: (search: Search): HistorySearch => ({
    kind: RESULT_KINDS.find((kind) => kind === search.kind),
    state: JOB_STATES.find((state) => state === search.state),
    voice: text(search.voice),
    song: text(search.song),
    label: text(search.label),
    search: text(search.search),
    after: day(search.after),
    before: day(search.before),
  }),
  component: lazyRouteComponent(() => import("./pages/History")),
});
/** Where the history stood before. */
const results = createRoute({
  getParentRoute: () => app,
  path: "/results",
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/history", search });
  },
  component: lazyRouteComponent(() => import("./pages/History")),
});
const compare = createRoute({
  getParentRoute: () => app,
  path: "/compare",
  validateSearch: (
    search: Search,
  ): { a?: string; b?: string; c?: string; d?: string; training?: string } => ({
    a: text(search.a),
    b: text(search.b),
    c: text(search.c),
    d: text(search.d),
    training: text(search.training),
  }),
  component: lazyRouteComponent(() => import("./pages/Compare")),
});
const account = createRoute({
  getParentRoute: () => app,
  path: "/account",
  loader: withProviders,
  component: lazyRouteComponent(() => import("./pages/Account")),
});

const usage = createRoute({
  getParentRoute: () => app,
  path: "/usage",
  validateSearch: (search: Search): { paid?: boolean } => ({
    paid: search.paid ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/Usage")),
});

const developers = createRoute({
  getParentRoute: () => app,
  path: "/account/developers",
  component: lazyRouteComponent(() => import("./pages/Developers")),
});

const workspace = createRoute({
  getParentRoute: () => app,
  path: "/workspace",
  component: lazyRouteComponent(() => import("./pages/Workspace")),
});

const tree = root.addChildren([
  guest.addChildren([
    signIn,
    socialReturn,
    secondStep,
    signUp,
    verifyEmail,
    askReset,
    resetPassword,
    invitation,
    terms,
    privacy,
  ]),
  app.addChildren([
    home,
    library,
    record,
    dataset,
    voices,
    newVoice,
    importVoice,
    voice,
    jobs,
    job,
    batch,
    convert,
    history,
    results,
    compare,
    account,
    usage,
    developers,
    workspace,
  ]),
]);

/** How long the first paint waits for answers that are under way: a skeleton says no more than nothing. */
const PATIENCE_MS = 300;

/**
 * Fetches the code and the first answers of the page that is open, beside who is signed in.
 * Resolves when they are there, or when it is time to draw without them.
 */
export async function preloadOpenPage(
  router: ReturnType<typeof createStudioRouter>,
): Promise<void> {
  const { pathname, searchStr } = router.latestLocation;
  const [matched, ids] = router.getMatchedRoutes(pathname);
  const chunks = matched.map((route) => router.loadRouteChunk(route));
  // A search may ask for something else.
  const begin = searchStr ? undefined : FIRST_DATA[matched.at(-1)?.fullPath ?? ""];
  const data = begin?.(router.options.context.queryClient, ids) ?? [];
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([Promise.allSettled([...chunks, ...data]), patience]);
}

export function createStudioRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: Crash,
    defaultPendingComponent: Spinner,
    defaultPendingMs: 250,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createStudioRouter>;
  }
}
