/** Sends a file to an address of the store, and says how far it is. */
export function send(
  url: string,
  file: File,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // fetch can't tell how much of a body has gone out.
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () =>
      request.status < 300 ? resolve() : reject(new TypeError(`${request.status}`)),
    );
    // As a fetch that got no answer: "the server can't be reached".
    request.addEventListener("error", () => reject(new TypeError("network")));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", abort));
    request.open("PUT", url);
    request.send(file);
  });
}
