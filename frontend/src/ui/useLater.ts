import { useDeferredValue } from "react";

/** False in the first render and true right after it was painted: for what stands below the fold. */
export function useLater(): boolean {
  return useDeferredValue(true, false);
}
