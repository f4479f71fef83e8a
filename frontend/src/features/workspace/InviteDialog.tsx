import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/errors";
import { INVITATIONS, people, type Role } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choice } from "../../ui/Choice";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";

interface Props {
  workspace: string;
  open: boolean;
  onClose: () => void;
}

export function InviteDialog({ workspace, open, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={t("invite")}>
      <InviteForm workspace={workspace} onDone={onClose} />
    </Dialog>
  );
}

function InviteForm({ workspace, onDone }: { workspace: string; onDone: () => void }) {
  const { t, pick } = useI18n();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const invite = useAction(
    {
      mutationFn: () => people.invite(workspace, { email: email.trim(), role }),
      onSuccess: async () => {
        notify.success(t("inviteSent"));
        onDone();
        await client.invalidateQueries({ queryKey: INVITATIONS });
      },
    },
    { inline: true },
  );
  const problem = invite.error instanceof ApiError ? invite.error.fields.email : undefined;
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (email.trim()) invite.mutate();
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5" noValidate>
      <TextField
        label={t("inviteEmail")}
        type="email"
        name="email"
        autoComplete="off"
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={problem && pick(problem)}
      />
      <Choice
        legend={t("inviteRole")}
        columns="grid-cols-1"
        value={role}
        onChange={(value) => setRole(value === "owner" ? "owner" : "member")}
        options={[
          { value: "member", label: t("roleMember"), detail: t("roleMemberText") },
          { value: "owner", label: t("roleOwner"), detail: t("roleOwnerText") },
        ]}
      />
      <Button
        type="submit"
        look="primary"
        busy={invite.isPending}
        disabled={!email.trim()}
        className="justify-self-end"
      >
        {t("invite")}
      </Button>
    </form>
  );
}
