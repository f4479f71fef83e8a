import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { applyMessage } from "./fresh";
import { type LiveStatus, openSocket } from "./socket";

const LiveContext = createContext<LiveStatus>("connecting");

/** Keeps the cache fresh by the workspace's websocket. */
export function LiveProvider({
  workspaceId,
  children,
}: {
  workspaceId: string;
  children: ReactNode;
}) {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>("connecting");
  useEffect(
    () =>
      openSocket(workspaceId, {
        onMessage: (message) => applyMessage(client, message),
        onReopen: () => void client.invalidateQueries(),
        onStatus: setStatus,
      }),
    [client, workspaceId],
  );
  return <LiveContext value={status}>{children}</LiveContext>;
}

export function useLiveStatus(): LiveStatus {
  return useContext(LiveContext);
}

/** Milliseconds between reads of something that is changing: often without a websocket. */
export function usePollInterval(): number {
  return useContext(LiveContext) === "open" ? 20_000 : 2_500;
}
