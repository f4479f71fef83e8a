import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/calls";
import { ApiError } from "../../api/errors";
import type { Me } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";

const LONGEST = 60;

/** What a person is called in their workspaces. */
export function ProfileCard({ user }: { user: Me["user"] }) {
  const { t, pick } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState(user.name);
  const save = useAction(
    {
      mutationFn: () => api.changeMe({ name: name.trim() }),
      onSuccess: (me) => {
        client.setQueryData(["me"], me);
        void client.invalidateQueries({ queryKey: ["members"] });
        setName(me.user.name);
        notify.success(t("profileSaved"));
      },
    },
    { inline: true },
  );
  const problem = save.error instanceof ApiError ? save.error.fields.name : undefined;
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <section aria-labelledby="profile" className="card grid gap-4 p-6">
      <h2 id="profile" className="text-lg font-bold">
        {t("profile")}
      </h2>
      <form onSubmit={onSubmit} className="grid gap-4">
        <TextField
          label={t("displayName")}
          hint={t("displayNameHint")}
          value={name}
          maxLength={LONGEST}
          autoComplete="name"
          onChange={(event) => setName(event.target.value)}
          error={problem && pick(problem)}
        />
        <Button
          type="submit"
          busy={save.isPending}
          disabled={name.trim() === user.name}
          className="justify-self-start"
        >
          {t("save")}
        </Button>
      </form>
    </section>
  );
}
