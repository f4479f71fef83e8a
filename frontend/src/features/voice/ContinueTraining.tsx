import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { api } from "../../api/calls";
import { ApiError } from "../../api/errors";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate, formatNumber } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { KnobFields } from "../KnobFields";
import { isWithin, TRAIN_KNOBS } from "../knobs";
import { QuoteLine } from "../QuoteLine";

const PATIENCE = TRAIN_KNOBS.filter((knob) => knob.name === "patience");
const STEPS = TRAIN_KNOBS.find((knob) => knob.name === "total_steps");

export function canContinue(voice: Voice, now: number): boolean {
  return (
    voice.state === "ready" &&
    voice.continue_until !== null &&
    Date.parse(voice.continue_until) > now
  );
}

/** More steps for a voice whose last training is still at hand. */
export function ContinueTraining({ voice }: { voice: Voice }) {
  const { t, language } = useI18n();
  const [open, setOpen] = useState(false);
  if (!voice.continue_until || !canContinue(voice, Date.now())) return null;
  return (
    <>
      <Button icon={<Play aria-hidden className="size-4.5" />} onClick={() => setOpen(true)}>
        {t("continueTraining")}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("continueTraining")}
        description={t("continueText", {
          step: formatNumber(voice.trained_steps ?? 0),
          date: formatDate(voice.continue_until, language),
        })}
      >
        <ContinueForm voice={voice} />
      </Dialog>
    </>
  );
}

function ContinueForm({ voice }: { voice: Voice }) {
  const { t, pick } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const reached = voice.trained_steps ?? 0;
  const key = useRef(crypto.randomUUID());
  const [steps, setSteps] = useState(reached * 2);
  const [patience, setPatience] = useState(Number(PATIENCE[0]?.initial ?? 0));
  const most = STEPS?.maximum ?? Number.MAX_SAFE_INTEGER;
  const right = Number.isInteger(steps) && steps > reached && steps <= most;
  const complete = right && PATIENCE.every((knob) => isWithin(knob, patience));
  const start = useAction(
    {
      mutationFn: () =>
        api.continueTraining(voice.id, { total_steps: steps, patience }, key.current),
      onSuccess: async (job) => {
        noteStarted(client, [job]);
        for (const queryKey of [["voice", voice.id], ["voices"]]) {
          void client.invalidateQueries({ queryKey });
        }
        await navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
      },
      onError: () => {
        key.current = crypto.randomUUID();
      },
    },
    { inline: true },
  );
  const refused = start.error instanceof ApiError ? start.error.fields.total_steps : undefined;
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (complete) start.mutate();
  }
  return (
    <form onSubmit={onSubmit} noValidate className="grid gap-5">
      <TextField
        label={t("totalSteps")}
        hint={t("totalStepsHint")}
        type="number"
        inputMode="numeric"
        min={reached + 1}
        max={most}
        value={Number.isNaN(steps) ? "" : steps}
        onChange={(event) => setSteps(event.target.valueAsNumber)}
        error={
          refused
            ? pick(refused)
            : right
              ? undefined
              : t("outOfLimits", { min: reached + 1, max: most })
        }
      />
      <KnobFields
        knobs={PATIENCE}
        values={{ patience }}
        onChange={(_, value) => setPatience(Number(value))}
      />
      <QuoteLine
        ask={
          complete
            ? { start: "continue", request: { voice: voice.id, total_steps: steps, patience } }
            : null
        }
      />
      <Button
        type="submit"
        look="primary"
        busy={start.isPending}
        disabled={!complete}
        className="justify-self-end"
      >
        {t("continueTraining")}
      </Button>
    </form>
  );
}
