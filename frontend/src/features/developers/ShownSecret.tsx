import { Copy } from "lucide-react";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { useCopy } from "../../ui/useCopy";

interface Props {
  title: string;
  /** What nobody can be told again; empty while there is nothing to show. */
  secret: string;
  onClose: () => void;
}

/** A secret in the only moment in which it can be seen. */
export function ShownSecret({ title, secret, onClose }: Props) {
  const { t } = useI18n();
  const copy = useCopy();
  return (
    <Dialog
      open={secret !== ""}
      onClose={onClose}
      title={title}
      description={`${t("secretShownOnce")}. ${t("secretText")}`}
    >
      <div className="grid gap-5">
        <TextField
          label={t("secret")}
          value={secret}
          readOnly
          onFocus={(event) => event.target.select()}
          className="font-mono text-sm"
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button icon={<Copy aria-hidden className="size-4" />} onClick={() => copy(secret)}>
            {t("copy")}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t("secretKept")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
