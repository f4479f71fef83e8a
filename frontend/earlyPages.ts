import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { ALWAYS_READ, readsOf } from "./src/api/firstReads";
import { STORED } from "./src/stored";

const SOURCE = resolve(import.meta.dirname, "early.js");
const ROUTER = resolve(import.meta.dirname, "src/router.tsx");
/** A route that draws a page: its path, and the page's module. */
const ROUTE = /path: "([^"]+)"(?:(?!createRoute)[\s\S])*?import\("\.\/(pages\/\w+)"\)/g;
const LANGUAGES = ["ko", "en"] as const;

interface Chunk {
  fileName: string;
  facadeModuleId?: string | null;
  isEntry: boolean;
  imports: string[];
}

/** Paths of the router with the modules of their pages. */
export function pagesOfRouter(source: string): [path: string, module: string][] {
  return [...source.matchAll(ROUTE)].map(([, path = "", module = ""]) => [
    path,
    `src/${module}.tsx`,
  ]);
}

/** The path as a regular expression whose groups are the ids in it; there always is one. */
export function patternOf(path: string): string {
  return `^(?<path>${path.replace(/\$(\w+)/g, "(?<$1>[^/]+)")})/?$`;
}

/** The chunk and all that it imports before it runs. */
function needed(chunks: Map<string, Chunk>, first: Chunk): Set<string> {
  const found = new Set<string>();
  const waiting = [first.fileName];
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(chunks.get(name)?.imports ?? []));
  }
  return found;
}

function listsOf(all: Chunk[], router: string): string {
  const chunks = new Map(all.map((chunk) => [chunk.fileName, chunk]));
  const entry = all.find((chunk) => chunk.isEntry);
  if (!entry) throw new Error("the build has no entry");
  const known = needed(chunks, entry); // index.html itself asks for them
  const files: string[] = [];
  const indexesOf = (module: string) => {
    const chunk = all.find((one) => one.facadeModuleId?.endsWith(`/${module}`));
    if (!chunk) throw new Error(`${module} is no chunk of its own`);
    return [...needed(chunks, chunk)]
      .filter((name) => !known.has(name))
      .map((name) => {
        const path = `/${name}`;
        if (!files.includes(path)) files.push(path);
        return files.indexOf(path);
      });
  };
  const pages = pagesOfRouter(router).map(([path, module]) => ({
    path: patternOf(path),
    chunks: indexesOf(module),
    reads: readsOf(path),
  }));
  const languages = Object.fromEntries(
    LANGUAGES.map((language) => [language, indexesOf(`src/i18n/${language}.ts`)]),
  );
  const api = { root: "/api/v1/", always: ALWAYS_READ };
  return JSON.stringify({ files, pages, languages, api, stored: STORED });
}

/** Puts a small script into the page's head that fetches the open page's code at once (`early.js`). */
export function earlyPages(): Plugin {
  let written: { fileName: string; source: string } | undefined;
  return {
    name: "early-pages",
    apply: "build",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const all = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
        const lists = listsOf(all, readFileSync(ROUTER, "utf8"));
        const source = `const EARLY = ${lists};\n${readFileSync(SOURCE, "utf8")}`;
        const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8);
        written = { fileName: `assets/early-${hash}.js`, source };
        return [
          {
            tag: "script",
            attrs: { src: `/${written.fileName}` },
            injectTo: "head-prepend",
          },
        ];
      },
    },
    generateBundle() {
      if (!written) throw new Error("no page was written");
      this.emitFile({ type: "asset", ...written });
    },
  };
}
