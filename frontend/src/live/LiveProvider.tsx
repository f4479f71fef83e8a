import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
} from "react";
import { forgetWorkspace } from "../api/chosenWorkspace";
import { applyMessage, type Message } from "./fresh";
import { type LiveStatus, openSocket } from "./socket";
import { useTellEnds } from "./useTellEnds";

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
  const tellEnds = useTellEnds();
  const onMessage = useEffectEvent((message: Message) => {
    tellEnds(message);
    applyMessage(client, message);
  });
  useEffect(
    () =>
      openSocket(workspaceId, {
        onMessage,
        onReopen: () => void client.invalidateQueries(),
        onStatus: setStatus,
        onDismissed: () => {
          forgetWorkspace();
          location.assign("/");
        },
      }),
    [client, workspaceId],
  );
  return <LiveContext value={status}>{children}</LiveContext>;
}

export function useLiveStatus(): LiveStatus {
  return useContext(LiveContext);
}

const POLL_MS = 2_500;

/** Milliseconds between reads of something that is changing: often without a websocket. */
export function usePollInterval(): number {
  return useContext(LiveContext) === "open" ? 20_000 : POLL_MS;
}

/** The same for what the websocket alone would tell of: nothing is read while it is open. */
export function useIdlePoll(): number | false {
  return useContext(LiveContext) === "open" ? false : POLL_MS;
}
