/*
 * First of all scripts: fetches at once what the open page would ask for only when the shared code
 * has run: its own code, the sentences of its language, and its first answers (src/api/early.ts).
 * `earlyPages.ts` puts the lists in front.
 */
/* global EARLY */
{
  const { files, pages, languages, api, stored } = EARLY;
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const language = kept(stored.language) === "en" ? "en" : "ko";
  const workspace = kept(stored.workspace);
  const [page] = pages.flatMap(({ path, chunks, reads }) => {
    const ids = location.pathname.match(new RegExp(path))?.groups;
    return ids ? [{ ids, chunks, reads }] : [];
  });
  for (const at of new Set([...languages[language], ...(page?.chunks ?? [])])) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.crossOrigin = "";
    link.href = files[at];
    document.head.append(link);
  }
  const early = {};
  for (const read of page?.reads ?? []) {
    if (location.search && !api.always.includes(read)) continue;
    const path = api.root + read.replace(/\$(\w+)/g, (_, name) => page.ids[name]);
    early[path] = fetch(path, {
      headers: {
        "X-Request-ID": crypto.randomUUID().replaceAll("-", ""),
        "Accept-Language": language,
        ...(workspace && { "X-Workspace": workspace }),
      },
    });
    early[path].catch(() => undefined); // whoever takes it hears of it
  }
  globalThis.early = early;
}
