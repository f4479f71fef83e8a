import "@fontsource-variable/noto-sans-kr/wght.css";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/client";
import { configureApi } from "./api/http";
import { I18nProvider } from "./i18n";
import { createStudioRouter } from "./router";

const Toasts = lazy(() => import("./ui/Toasts"));

const queryClient = createQueryClient();
const router = createStudioRouter(queryClient);

configureApi(() => {
  const here = router.state.location;
  if (here.pathname === "/signin") return;
  queryClient.clear();
  void router.navigate({ to: "/signin", search: { next: here.href } });
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <I18nProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Suspense fallback={null}>
          <Toasts />
        </Suspense>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
