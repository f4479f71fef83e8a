import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import { meQuery } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Switch } from "../../ui/Switch";
import { useAction } from "../../ui/useAction";

/** Whether a mail comes when a training that one has started is over. */
export function MailSwitch() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const save = useAction({
    mutationFn: (mails_trainings: boolean) => api.changeMe({ mails_trainings }),
    onSuccess: (changed) => client.setQueryData(["me"], changed),
  });
  if (!me) return null;
  return (
    <Switch
      label={t("mailsTrainings")}
      checked={save.isPending ? save.variables : me.user.mails_trainings}
      onChange={(on) => save.mutate(on)}
      hint={t("mailsTrainingsHint", { email: me.user.email })}
    />
  );
}
