/** Second factors: codes of an app, passkeys, recovery codes (allauth's endpoints). */
import { type AuthAnswer, call, read, send } from "./allauth";

export interface Factor {
  type: "totp" | "webauthn" | "recovery_codes";
  id?: number;
  name?: string;
  unused_code_count?: number;
}

/** The password has to be given once more before this is allowed. */
export class ConfirmFirst extends Error {}

async function json<T>(response: Response, allowed: number[] = []): Promise<T> {
  if (response.status === 401) throw new ConfirmFirst();
  if (!response.ok && !allowed.includes(response.status))
    throw new Error(`http-${response.status}`);
  return response.json();
}

const PASSKEY = "/account/authenticators/webauthn";
const PATHS = {
  login: "/auth/webauthn/login",
  signin: "/auth/webauthn/authenticate",
  confirm: "/auth/webauthn/reauthenticate",
} as const;
export type Purpose = keyof typeof PATHS;

export const passkeysWork =
  typeof PublicKeyCredential !== "undefined" &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Ask the browser for a passkey and send what it signs. Throws where the person declines. */
export async function passByPasskey(purpose: Purpose): Promise<AuthAnswer> {
  const asked = await call("GET", PATHS[purpose]);
  if (!asked.ok) return read(asked);
  const body: { data: { request_options: { publicKey: PublicKeyCredentialRequestOptionsJSON } } } =
    await asked.json();
  const credential = await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(body.data.request_options.publicKey),
  });
  return send("POST", PATHS[purpose], { credential: toJson(credential) });
}

export async function addPasskey(name: string): Promise<AuthAnswer> {
  const body: {
    data: { creation_options: { publicKey: PublicKeyCredentialCreationOptionsJSON } };
  } = await json(await call("GET", `${PASSKEY}?passwordless`));
  const credential = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
      body.data.creation_options.publicKey,
    ),
  });
  return send("POST", PASSKEY, { name, credential: toJson(credential) });
}

function toJson(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  return credential.toJSON();
}

export const factors = {
  all: async (): Promise<Factor[]> =>
    (await json<{ data: Factor[] }>(await call("GET", "/account/authenticators"))).data,
  /** A fresh secret for an app; its picture lies at /_allauth/second-step.svg until it is enrolled. */
  newSecret: async (): Promise<string> => {
    const answer = await call("GET", "/account/authenticators/totp");
    return (await json<{ meta: { secret: string } }>(answer, [404])).meta.secret;
  },
  addApp: (code: string) => send("POST", "/account/authenticators/totp", { code }),
  removeApp: async () => void (await json(await call("DELETE", "/account/authenticators/totp"))),
  removePasskey: async (id: number) =>
    void (await json(await call("DELETE", PASSKEY, { authenticators: [id] }))),
  recoveryCodes: async (): Promise<string[]> => {
    const answer = await call("GET", "/account/authenticators/recovery-codes");
    return (await json<{ data: { unused_codes: string[] } }>(answer)).data.unused_codes;
  },
  confirmPassword: (password: string) => send("POST", "/auth/reauthenticate", { password }),
  passCode: (purpose: "signin" | "confirm", code: string) =>
    send("POST", purpose === "signin" ? "/auth/2fa/authenticate" : "/auth/2fa/reauthenticate", {
      code,
    }),
};
