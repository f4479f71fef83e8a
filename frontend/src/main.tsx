import "@fontsource-variable/noto-sans-kr/wght.css";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/client";
import { configureApi } from "./api/http";
import { meQuery } from "./api/queries";
import { I18nProvider, loadStoredLanguage } from "./i18n";
import { NewVersion } from "./pwa/NewVersion";
import { createStudioRouter, preloadOpenPage } from "./router";

const Toasts = lazy(() => import("./ui/Toasts"));

const queryClient = createQueryClient();
const language = loadStoredLanguage();
const router = createStudioRouter(queryClient);

let leaving = false;

configureApi(() => {
  const here = router.state.location;
  // Who never was signed in is sent on by the route itself.
  if (leaving || here.pathname === "/signin" || !queryClient.getQueryData(meQuery.queryKey)) return;
  leaving = true;
  // A full load keeps running uploads for the next visit: leaving within the page would cancel them.
  location.assign(router.buildLocation({ to: "/signin", search: { next: here.href } }).href);
});
const page = preloadOpenPage(router);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await language;
await page;
createRoot(root).render(
  <StrictMode>
    <I18nProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Suspense fallback={null}>
          <Toasts />
          <NewVersion />
        </Suspense>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
