import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

/** Refusals (4xx) are answers and not asked again; everything else is tried twice more while online. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) =>
          failures < 2 &&
          navigator.onLine &&
          !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
}
