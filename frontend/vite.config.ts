import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressAssets } from "./compress";
import { serviceWorker } from "./pwa";

const backend = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";
const proxied = ["/api", "/_allauth", "/admin", "/docs", "/static"];

export default defineConfig({
  plugins: [react(), tailwindcss(), compressAssets(), serviceWorker()],
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
        // Few files instead of many tiny ones: what every page needs comes in three.
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](query-core|react-query|react-router|router-core|history|store|react-store))[\\/]/,
              priority: 3,
            },
            { name: "icons", test: /node_modules[\\/]lucide-react[\\/]/, priority: 3 },
            {
              name: "shared",
              test: /[\\/]src[\\/](api(?![\\/]generated[\\/]schemas)|i18n[\\/](?!ko|en)|live|shell[\\/](?!WorkspaceMenu|palette[\\/](Palette|ShortcutSheet|commands))|ui[\\/](Button|Badge|Field|Orb|Bars|Facts|PageHead|Choice|Advanced|states|useAction))/,
              priority: 2,
            },
          ],
        },
      },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
