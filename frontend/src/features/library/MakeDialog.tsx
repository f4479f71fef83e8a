import { type FormEvent, useState } from "react";
import type { AudioFile } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { Advanced } from "../../ui/Advanced";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { KnobFields } from "../KnobFields";
import { filesLast } from "../knobGroups";
import { type KnobValues, valuesOf, withinLimits } from "../knobs";
import { QuoteLine } from "../QuoteLine";
import { MAKE_KNOBS, type Make, useMake } from "./useMake";

type Named = Pick<AudioFile, "id" | "name" | "duration_s">;

interface Props {
  make: Make;
  files: Named[];
  /** What is set otherwise than at first when the dialog opens. */
  preset?: KnobValues;
  stay?: boolean;
  onStarted?: () => void;
}

const TEXTS: Record<Make, { title: Key; text: Key }> = {
  separate: { title: "separateTitle", text: "separateText" },
  preprocess: { title: "preprocessTitle", text: "preprocessText" },
};

/** Separates or cleans some files, with the few settings that matter at hand. */
export function MakeDialog({
  open,
  onClose,
  ...rest
}: Props & { open: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const { title, text } = TEXTS[rest.make];
  return (
    <Dialog open={open} onClose={onClose} title={t(title)} description={t(text)}>
      <MakeForm
        {...rest}
        onStarted={() => {
          onClose();
          rest.onStarted?.();
        }}
      />
    </Dialog>
  );
}

function MakeForm({ make, files, preset = {}, stay, onStarted }: Props) {
  const { t, language } = useI18n();
  const [changes, setChanges] = useState<KnobValues>(preset);
  const knobs = MAKE_KNOBS[make];
  const values = valuesOf(knobs, changes);
  const ids = files.map((file) => file.id);
  const start = useMake(make, ids, { stay, onStarted });
  const seconds = files.reduce((sum, file) => sum + (file.duration_s ?? 0), 0);
  const set = (name: string, value: KnobValues[string]) =>
    setChanges((old) => ({ ...old, [name]: value }));
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (withinLimits(knobs, values)) start.mutate(values);
  }
  return (
    <form onSubmit={onSubmit} noValidate className="grid gap-5">
      <p className="truncate text-sm font-medium">
        {files.length === 1
          ? files[0]?.name
          : t("datasetOf", { count: files.length, span: formatSpan(seconds, language) })}
      </p>
      <KnobFields
        knobs={filesLast(knobs.filter((knob) => !knob.advanced))}
        values={values}
        onChange={set}
      />
      <Advanced>
        <KnobFields
          knobs={filesLast(knobs.filter((knob) => knob.advanced))}
          values={values}
          onChange={set}
        />
      </Advanced>
      <QuoteLine
        ask={
          withinLimits(knobs, values)
            ? { start: make, request: { files: ids, params: values } }
            : null
        }
      />
      <Button
        type="submit"
        look="primary"
        busy={start.isPending}
        disabled={!withinLimits(knobs, values)}
        className="justify-self-end"
      >
        {t(make === "separate" ? "startSeparate" : "startPreprocess")}
      </Button>
    </form>
  );
}
