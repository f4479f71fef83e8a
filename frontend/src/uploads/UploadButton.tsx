import { Upload } from "lucide-react";
import { useRef } from "react";
import { useI18n } from "../i18n";
import { Button, type Look } from "../ui/Button";
import { ACCEPT } from "./limits";
import { useUploads } from "./UploadsProvider";

export function UploadButton({ look = "primary" }: { look?: Look }) {
  const { t } = useI18n();
  const { add } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        look={look}
        icon={<Upload aria-hidden className="size-4.5" />}
        onClick={() => input.current?.click()}
      >
        {t("uploadFiles")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept={ACCEPT}
        tabIndex={-1}
        aria-label={t("chooseFiles")}
        className="sr-only"
        onChange={(event) => {
          if (event.target.files) add(event.target.files);
          event.target.value = "";
        }}
      />
    </>
  );
}
