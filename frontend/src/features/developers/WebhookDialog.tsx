import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { developers, type HookEvent, WEBHOOKS } from "../../api/developers";
import { ApiError } from "../../api/errors";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Tick } from "../../ui/Tick";
import { useAction } from "../../ui/useAction";
import { EVENT_TEXT, EVENTS } from "./eventText";

interface Props {
  open: boolean;
  onClose: () => void;
  onMade: (secret: string) => void;
}

export function WebhookDialog({ open, onClose, onMade }: Props) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={t("newWebhook")} description={t("webhooksHint")}>
      <WebhookForm onMade={onMade} />
    </Dialog>
  );
}

function WebhookForm({ onMade }: Pick<Props, "onMade">) {
  const { t, pick } = useI18n();
  const client = useQueryClient();
  const once = useRef(crypto.randomUUID());
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<HookEvent>>(new Set(["*"]));
  const all = chosen.has("*");
  const create = useAction(
    {
      mutationFn: () =>
        developers.createWebhook({ url: url.trim(), events: [...chosen] }, once.current),
      onSuccess: async (made) => {
        onMade(made.secret);
        await client.invalidateQueries({ queryKey: WEBHOOKS });
      },
      onError: () => {
        once.current = crypto.randomUUID();
      },
    },
    { inline: true },
  );
  const problem = create.error instanceof ApiError ? create.error.fields.url : undefined;
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  function choose(event: HookEvent, on: boolean) {
    const others = [...chosen].filter((one) => one !== event && one !== "*");
    setChosen(new Set(on ? (event === "*" ? [event] : [...others, event]) : others));
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <TextField
        label={t("webhookUrl")}
        hint={t("webhookUrlHint")}
        error={problem && pick(problem)}
        placeholder="https://example.com/voice-hooks"
        type="url"
        inputMode="url"
        value={url}
        maxLength={500}
        onChange={(event) => setUrl(event.target.value)}
      />
      <fieldset className="grid gap-2.5">
        <legend className="mb-2 text-sm font-medium text-muted">{t("webhookEvents")}</legend>
        <Tick checked={all} onChange={(on) => choose("*", on)}>
          {t("allEvents")}
        </Tick>
        {!all &&
          EVENTS.map((event) => (
            <Tick key={event} checked={chosen.has(event)} onChange={(on) => choose(event, on)}>
              {t(EVENT_TEXT[event])} <span className="font-mono text-sm text-faint">{event}</span>
            </Tick>
          ))}
      </fieldset>
      <div className="flex justify-end">
        <Button
          type="submit"
          look="primary"
          busy={create.isPending}
          disabled={url.trim() === "" || chosen.size === 0}
        >
          {t("make")}
        </Button>
      </div>
    </form>
  );
}
