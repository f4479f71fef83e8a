import { UploadCloud } from "lucide-react";
import { useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { useUploads } from "./UploadsProvider";

/** Files may be dropped on any page. */
export function DropAnywhere() {
  const { t } = useI18n();
  const { add } = useUploads();
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => carriesFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      add(event.dataTransfer.files);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
    };
  }, [add]);
  if (!over) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-60 grid place-items-center bg-ink/85 p-6 backdrop-blur-md">
      <div className="grid w-full max-w-xl justify-items-center gap-3 rounded-3xl border-2 border-dashed border-violet bg-violet/10 px-6 py-16 text-center">
        <UploadCloud aria-hidden className="size-12 text-violet-soft" />
        <p className="text-xl font-bold">{t("dropHere")}</p>
        <p className="text-muted">{t("uploadKinds")}</p>
      </div>
    </div>
  );
}
