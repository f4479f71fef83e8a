import { useQuery } from "@tanstack/react-query";
import { auth } from "../../auth/allauth";

export const HAS_PASSWORD = ["has-password"];

/** Whether the account has a password; who signed up at a provider has none. Undefined until known. */
export function useHasPassword(): boolean | undefined {
  return useQuery({ queryKey: HAS_PASSWORD, queryFn: auth.hasPassword, staleTime: 60_000 }).data;
}
