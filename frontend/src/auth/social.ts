/** Signing in at Kakao, Naver and Google: allauth's endpoints for what is configured. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { ensureCsrf } from "../api/http";
import type { Key } from "../i18n";
import { type AuthAnswer, call, send } from "./allauth";

export type Provider = "kakao" | "naver" | "google";
type Process = "login" | "connect";

/** Korea's first. */
export const PROVIDERS: Record<Provider, { name: Key; goOn: Key }> = {
  kakao: { name: "socialKakao", goOn: "socialWithKakao" },
  naver: { name: "socialNaver", goOn: "socialWithNaver" },
  google: { name: "socialGoogle", goOn: "socialWithGoogle" },
};

export interface Connected {
  uid: string;
  display: string;
  provider: { id: Provider };
}

interface PendingSignUp {
  email: { email: string; verified: boolean }[];
}

async function read<T>(path: string): Promise<T> {
  const response = await call("GET", path);
  if (!response.ok) throw new Error(`http-${response.status}`);
  const body: { data: T } = await response.json();
  return body.data;
}

async function configured(): Promise<Provider[]> {
  const { socialaccount } = await read<{ socialaccount?: { providers: { id: string }[] } }>(
    "/config",
  );
  const offered = new Set(socialaccount?.providers.map((provider) => provider.id));
  return (Object.keys(PROVIDERS) as Provider[]).filter((id) => offered.has(id));
}

export const CONNECTED = ["connected-accounts"];

/** Asked by the router before a page shows buttons, so that nothing jumps when they come. */
export const providersQuery = queryOptions({
  queryKey: ["social-providers"],
  queryFn: configured,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Which providers this studio offers; none where that can't be told. */
export function useProviders(): Provider[] {
  return useQuery(providersQuery).data ?? [];
}

export const social = {
  session: () => send("GET", "/auth/session"),
  pending: () => read<PendingSignUp>("/auth/provider/signup"),
  signUp: (email: string, accepted: { terms: string; privacy: string }): Promise<AuthAnswer> =>
    send("POST", "/auth/provider/signup", { email, ...accepted }),
  connected: () => read<Connected[]>("/account/providers"),
  disconnect: (provider: Provider, account: string) =>
    send("DELETE", "/account/providers", { provider, account }),
};

/** Away to the provider. A form, as allauth answers with a redirect that a fetch could not follow. */
export async function goTo(provider: Provider, process: Process, next?: string): Promise<void> {
  const back = new URL("/signin/social", location.origin);
  if (next) back.searchParams.set("next", next);
  const form = document.createElement("form");
  form.method = "POST";
  form.action = "/_allauth/browser/v1/auth/provider/redirect";
  const values = {
    provider,
    process,
    callback_url: back.href,
    csrfmiddlewaretoken: await ensureCsrf(),
  };
  for (const [name, value] of Object.entries(values)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}
