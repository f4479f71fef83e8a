import { api } from "../api/calls";
import { useAction } from "../ui/useAction";

/** Saves an address as a file: the server names it by its Content-Disposition. */
export function saveLink(url: string, filename: string): void {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = filename;
  anchor.rel = "noopener";
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

/** Asks for a link that expires, then downloads the file with this id. */
export function useDownload() {
  return useAction({
    mutationFn: (fileId: string) => api.downloadLink(fileId),
    onSuccess: (link) => saveLink(link.url, link.filename),
  });
}
