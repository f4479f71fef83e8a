import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useI18n } from "../i18n";
import { renewFiles } from "../live/shelf";
import { notify } from "../ui/notify";
import { claim } from "./claim";
import type { Engine, UploadFile } from "./engine";
import { refusal } from "./limits";

interface Uploads {
  files: UploadFile[];
  /** `recorded`: with a microphone, in the studio. `onNamed` hears the id of each on the server. */
  add: (files: Iterable<File>, recorded?: boolean, onNamed?: (fileId: string) => void) => void;
  pause: (id: string) => void;
  retry: (id: string) => void;
  remove: (id: string) => void;
}

const UploadsContext = createContext<Uploads | null>(null);

type Loaded = { engine: Engine; module: typeof import("./engine"); release: () => void };

interface Props {
  workspaceId: string;
  children: ReactNode;
}

/** Holds the upload engine, which loads after the first page has been shown. */
export function UploadsProvider({ workspaceId, children }: Props) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [files, setFiles] = useState<UploadFile[]>([]);
  const loading = useRef<Promise<Loaded> | null>(null);

  const hooks = useMemo(() => ({ onChanged: () => renewFiles(client) }), [client]);

  const load = useCallback(() => {
    loading.current ??= import("./engine").then(async (module) => {
      // Two tabs that both resume would send the same file twice.
      const release = await claim(`uploads-${workspaceId}`);
      const engine = module.createEngine(workspaceId, hooks, release !== null);
      engine.on("state-update", (_, next) => setFiles(Object.values(next.files)));
      setFiles(engine.getFiles());
      return { engine, module, release: release ?? (() => undefined) };
    });
    return loading.current;
  }, [workspaceId, hooks]);

  useEffect(() => {
    const timer = setTimeout(() => void load(), 600);
    return () => {
      clearTimeout(timer);
      const started = loading.current;
      loading.current = null;
      void started?.then(({ engine, release }) => {
        engine.destroy();
        release();
      });
    };
  }, [load]);

  const add = useCallback(
    async (chosen: Iterable<File>, recorded: boolean, onNamed?: (fileId: string) => void) => {
      const { engine, module } = await load();
      for (const file of chosen) {
        const reason = refusal(file);
        if (reason) {
          notify.error(t(reason, { name: file.name }));
          continue;
        }
        try {
          const id = engine.addFile({
            name: file.name,
            type: file.type,
            data: file,
            source: "local",
            meta: { name: file.name, recorded },
          });
          if (onNamed) module.whenNamed(engine, id, onNamed);
        } catch {
          // Uppy throws where this very file is in the list already.
          notify.error(t("uploadTwice", { name: file.name }));
        }
      }
    },
    [load, t],
  );

  const value = useMemo<Uploads>(
    () => ({
      files,
      add: (chosen, recorded = false, onNamed) => void add(Array.from(chosen), recorded, onNamed),
      pause: (id) => void load().then(({ engine }) => engine.pauseResume(id)),
      retry: (id) => void load().then(({ engine, module }) => module.retry(engine, hooks, id)),
      remove: (id) => void load().then(({ engine }) => engine.removeFile(id)),
    }),
    [files, add, load, hooks],
  );
  return <UploadsContext value={value}>{children}</UploadsContext>;
}

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error("useUploads needs an UploadsProvider");
  return uploads;
}
