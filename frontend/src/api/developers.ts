/** API keys and webhooks: calls and queries of the developers' page. */
import { useQuery } from "@tanstack/react-query";
import type {
  CreateEndpointRequest,
  CreateKeyRequest,
  PatchedUpdateEndpointRequest,
} from "./generated";
import * as sdk from "./generated/sdk.gen";

export type {
  Delivery,
  Endpoint as Webhook,
  EventsEnum as HookEvent,
  Key as ApiKey,
  ScopesEnum as Scope,
} from "./generated";

const raise = { throwOnError: true } as const;
const path = (id: string) => ({ ...raise, path: { id } });
/** Sent with what makes a secret, so that a lost answer can be had again. */
const once = (key: string) => ({ headers: { "Idempotency-Key": key } });

async function data<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}

export const developers = {
  keys: () => data(sdk.keysList({ ...raise, query: { revoked: false, page_size: 100 } })),
  createKey: (body: CreateKeyRequest, key: string) =>
    data(sdk.keysCreate({ ...raise, ...once(key), body })),
  revokeKey: (id: string) => data(sdk.keysRevoke(path(id))),
  webhooks: () => data(sdk.webhooksList({ ...raise, query: { page_size: 100 } })),
  createWebhook: (body: CreateEndpointRequest, key: string) =>
    data(sdk.webhooksCreate({ ...raise, ...once(key), body })),
  updateWebhook: (id: string, body: PatchedUpdateEndpointRequest) =>
    data(sdk.webhooksUpdate({ ...path(id), body })),
  deleteWebhook: (id: string) => data(sdk.webhooksDelete(path(id))),
  rotateSecret: (id: string) => data(sdk.webhooksRotateCreate(path(id))),
  testWebhook: (id: string) => data(sdk.webhooksTestCreate(path(id))),
  deliveries: (id: string) => data(sdk.webhooksDeliveriesList(path(id))),
  replay: (id: string, delivery_id: string) =>
    data(sdk.webhooksDeliveriesReplayCreate({ ...raise, path: { id, delivery_id } })),
};

export const KEYS = ["api-keys"];
export const WEBHOOKS = ["webhooks"];
export const deliveriesOf = (id: string) => ["deliveries", id];

export function useApiKeys() {
  return useQuery({ queryKey: KEYS, queryFn: developers.keys });
}

export function useWebhooks() {
  return useQuery({ queryKey: WEBHOOKS, queryFn: developers.webhooks });
}

/** What was sent to a webhook; asked again soon while something is on its way. */
export function useDeliveries(id: string, enabled: boolean) {
  return useQuery({
    queryKey: deliveriesOf(id),
    queryFn: () => developers.deliveries(id),
    enabled,
    refetchInterval: (query) =>
      query.state.data?.results.some((one) => one.state === "pending") ? 2_000 : false,
  });
}
