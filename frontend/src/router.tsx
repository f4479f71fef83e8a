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
import { meQuery } from "./api/queries";
import { readSearch } from "./features/jobs/filter";
import { RESULT_KINDS, type ResultKind } from "./features/jobText";
import { AppLayout } from "./shell/AppLayout";
import { AuthLayout } from "./shell/AuthLayout";
import { Crash } from "./shell/Crash";
import { NotFound } from "./shell/NotFound";
import { Spinner } from "./ui/states";

interface Context {
  queryClient: QueryClient;
}

type Search = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
/** Only a path of our own may be gone to after signing in. */
const ownPath = (value: unknown) => {
  const path = text(value);
  return path && /^\/(?![/\\])/.test(path) ? path : undefined;
};

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const guest = createRoute({ getParentRoute: () => root, id: "guest", component: AuthLayout });
const signIn = createRoute({
  getParentRoute: () => guest,
  path: "/signin",
  validateSearch: (search: Search): { next?: string } => ({ next: ownPath(search.next) }),
  component: lazyRouteComponent(() => import("./pages/SignIn")),
});
const signUp = createRoute({
  getParentRoute: () => guest,
  path: "/signup",
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
  validateSearch: (search: Search): { tab?: "datasets" } => ({
    tab: search.tab === "datasets" ? "datasets" : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/Library")),
});
const voices = createRoute({
  getParentRoute: () => app,
  path: "/voices",
  component: lazyRouteComponent(() => import("./pages/Voices")),
});
const newVoice = createRoute({
  getParentRoute: () => app,
  path: "/voices/new",
  validateSearch: (search: Search): { dataset?: string; voice?: string } => ({
    dataset: text(search.dataset),
    voice: text(search.voice),
  }),
  component: lazyRouteComponent(() => import("./pages/NewVoice")),
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
  validateSearch: (search: Search): { voice?: string; file?: string; mode?: "song" } => ({
    voice: text(search.voice),
    file: text(search.file),
    mode: search.mode === "song" ? "song" : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/Convert")),
});
const results = createRoute({
  getParentRoute: () => app,
  path: "/results",
  validateSearch: (search: Search): { kind?: ResultKind } => ({
    kind: RESULT_KINDS.find((kind) => kind === search.kind),
  }),
  component: lazyRouteComponent(() => import("./pages/Results")),
});
const account = createRoute({
  getParentRoute: () => app,
  path: "/account",
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

const tree = root.addChildren([
  guest.addChildren([
    signIn,
    secondStep,
    signUp,
    verifyEmail,
    askReset,
    resetPassword,
    terms,
    privacy,
  ]),
  app.addChildren([
    home,
    library,
    dataset,
    voices,
    newVoice,
    voice,
    jobs,
    job,
    batch,
    convert,
    results,
    account,
    usage,
    developers,
  ]),
]);

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
