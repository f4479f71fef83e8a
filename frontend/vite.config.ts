import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressAssets } from "./compress";
import { earlyPages } from "./earlyPages";
import { serviceWorker } from "./pwa";

const backend = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";
const proxied = ["/api", "/_allauth", "/admin", "/docs", "/static"];

/** Modules of `src` whose paths begin with one of these. */
const within = (paths: string[]) => new RegExp(`[\\\\/]src[\\\\/](?:${paths.join("|")})`);
/** What every page needs, and small things of many: a file of its own each would cost more than it weighs. */
const SHARED = [
  "api/(?!generated/schemas)",
  "auth/(social|allauth|pendingInvitation)\\.",
  "features/(history|jobs)/filter\\.",
  "features/job/noteStarted\\.",
  "features/library/(shelf|inParts|useFileAction)\\.",
  "features/voice/(sorts|voiceText|VoicePicture)\\.",
  "features/wizard/stepNames\\.",
  "features/workspace/roleText\\.",
  "features/(JobIcon|resultTrack|useDownload|withChoice)\\.",
  "i18n/(?!ko|en)",
  "live/",
  "pwa/register\\.",
  "shell/(?!WorkspaceMenu|palette/(Palette|ShortcutSheet|commands))",
  "ui/(Advanced|Badge|Bars|Button|Choice|Facts|Field|Orb|PageHead|SearchField|Segments|states|useAction|useCopy)\\.",
  "uploads/UploadButton\\.",
];
/** Settings of jobs, wherever something is made or shown again. */
const MAKING = [
  "api/generated/schemas",
  "features/(knobs|knobGroups|knobText|settings|settingText|optionText)\\.",
];

export default defineConfig({
  plugins: [react(), tailwindcss(), earlyPages(), compressAssets(), serviceWorker()],
  server: {
    proxy: {
      ...Object.fromEntries(proxied.map((path) => [path, backend])),
      "/ws": { target: backend.replace(/^http/, "ws"), ws: true },
    },
  },
  build: {
    target: "es2022",
    assetsDir: "assets",
    // Fonts and code stay in files of their own, so that a strict CSP can forbid data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Says what each page needs: a test weighs the first load by it.
    manifest: true,
    rolldownOptions: {
      output: {
        // Few files instead of many tiny ones.
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](query-core|react-query|react-router|router-core|history|store|react-store))[\\/]/,
              priority: 4,
            },
            { name: "icons", test: /node_modules[\\/]lucide-react[\\/]/, priority: 4 },
            { name: "shared", test: within(SHARED), priority: 3 },
            { name: "making", test: within(MAKING), priority: 2 },
          ],
        },
      },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
