import { FileUp } from "lucide-react";
import { type ReactNode, useId, useRef } from "react";
import { useI18n } from "../../i18n";
import { formatSize } from "../../i18n/format";
import { Button } from "../../ui/Button";

interface Props {
  label: string;
  hint: ReactNode;
  accept: string;
  file: File | null;
  error?: string;
  disabled?: boolean;
  onChange: (file: File | null) => void;
}

/** One file from the computer, shown with its size. */
export function FilePick({ label, hint, accept, file, error, disabled, onChange }: Props) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium text-muted">
        {label}
      </label>
      <div className="flex flex-wrap items-center gap-3 rounded-xl border border-dashed border-edge p-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-violet-soft">
        <Button
          tabIndex={-1}
          aria-hidden
          disabled={disabled}
          icon={<FileUp aria-hidden className="size-4.5" />}
          onClick={() => input.current?.click()}
        >
          {t("pickFile")}
        </Button>
        <span className="min-w-0 flex-1 truncate text-sm">
          {file ? `${file.name} · ${formatSize(file.size)}` : t("noFileYet")}
        </span>
        <input
          ref={input}
          id={id}
          type="file"
          accept={accept}
          disabled={disabled}
          aria-describedby={`${id}-hint`}
          className="sr-only"
          onChange={(event) => onChange(event.target.files?.[0] ?? null)}
        />
      </div>
      <p id={`${id}-hint`} className="text-sm text-faint">
        {hint}
      </p>
      {error && (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
