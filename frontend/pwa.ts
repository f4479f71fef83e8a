import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname, "service-worker.js");

/**
 * Writes `sw.js`: the service worker behind the list of this build's files.
 *
 * All code comes with the installation, so that every page opens without a connection, and so that
 * an open page finds its own files after a new build was put in their place; fonts are kept as used.
 */
export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const isCode = (name: string) => /\.(js|css)$/.test(name);
      const entry = names.find((name) => {
        const file = bundle[name];
        return file?.type === "chunk" && file.isEntry;
      });
      if (!entry) throw new Error("the build has no entry");
      const paths = (wanted: string[]) => wanted.map((name) => `/${name}`).sort();
      const shell = {
        entry: `/${entry}`,
        files: paths(names.filter(isCode)),
        later: paths(names.filter((name) => !isCode(name))),
      };
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: `const SHELL = ${JSON.stringify(shell)};\n${readFileSync(SOURCE, "utf8")}`,
      });
    },
  };
}
