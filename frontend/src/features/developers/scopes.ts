import type { Scope } from "../../api/developers";
import { ScopesEnumSchema } from "../../api/generated/schemas.gen";

export type Access = "read" | "write" | "chosen";
export type Verb = "" | "read" | "write";

/** The nouns that a key can be let at, in the schema's order. */
export const NOUNS: string[] = ScopesEnumSchema.enum.flatMap((scope) =>
  scope.endsWith(":read") ? [scope.slice(0, -":read".length)] : [],
);

/** The scopes that a form asks for. */
export function scopesOf(access: Access, verbs: Record<string, Verb>): Scope[] {
  if (access !== "chosen") return [access];
  return NOUNS.flatMap((noun) => (verbs[noun] ? [`${noun}:${verbs[noun]}` as Scope] : []));
}

/** When a key made now expires; null is never. */
export function expiryOf(days: number, now: Date): string | null {
  return days > 0 ? new Date(now.getTime() + days * 86_400_000).toISOString() : null;
}
