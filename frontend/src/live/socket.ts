import type { Message } from "./fresh";

export type LiveStatus = "connecting" | "open" | "blocked";

interface Handlers {
  onMessage: (message: Message) => void;
  /** Called for each opening but one at the first try: whatever was missed must be read again. */
  onReopen: () => void;
  onStatus: (status: LiveStatus) => void;
  /** The person is no member any more. */
  onDismissed: () => void;
}

const LONGEST_WAIT_MS = 30_000;
/** Failures in a row after which the pages poll instead. */
const FAILURES_BEFORE_POLLING = 2;
const NOT_OURS = 4404;
const DISMISSED = 4403;

/** Keeps one websocket to a workspace open; returns the function that closes it for good. */
export function openSocket(workspaceId: string, handlers: Handlers): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let opened = false;
  let done = false;

  function connect(): void {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ws/v1/workspaces/${workspaceId}`);
    socket.onopen = () => {
      const missed = opened || failures > 0;
      opened = true;
      failures = 0;
      handlers.onStatus("open");
      if (missed) handlers.onReopen();
    };
    socket.onmessage = (event) => {
      const message = parse(event.data);
      if (message) handlers.onMessage(message);
    };
    socket.onclose = (event) => {
      if (done) return;
      failures += 1;
      handlers.onStatus(failures >= FAILURES_BEFORE_POLLING ? "blocked" : "connecting");
      if (event.code === DISMISSED) handlers.onDismissed();
      if (event.code === NOT_OURS || event.code === DISMISSED) return;
      timer = setTimeout(connect, waitFor(failures));
    };
  }

  function wake(): void {
    if (socket?.readyState === WebSocket.CLOSED) connect();
  }

  window.addEventListener("online", wake);
  connect();
  return () => {
    done = true;
    clearTimeout(timer);
    window.removeEventListener("online", wake);
    socket?.close();
  };
}

/** Exponential waiting with jitter, so that a restarted server is not met by everybody at once. */
function waitFor(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
}

function parse(text: unknown): Message | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value && "type" in value && "data" in value
      ? (value as Message)
      : undefined;
  } catch {
    return undefined;
  }
}
