import { useQuery } from "@tanstack/react-query";
import { Link2, UserPlus, Users } from "lucide-react";
import { meQuery } from "../../api/queries";
import { useMembers } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { Button, ButtonLink } from "../../ui/Button";
import { useCopy } from "../../ui/useCopy";

/** Who can sing with the voice, the link to send them, and the way to let others in. */
export function ShareCard() {
  const { t } = useI18n();
  const copy = useCopy();
  const workspace = useQuery(meQuery).data?.workspace;
  const members = useMembers(workspace?.id ?? "").data?.results.length;
  return (
    <section aria-labelledby="share" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="share" className="flex items-center gap-2.5 text-lg font-bold">
        <Users aria-hidden className="size-5 text-violet-soft" />
        {t("shareTitle")}
      </h2>
      <p className="text-sm text-muted">
        {members === undefined || members < 2
          ? t("shareAlone")
          : t("shareText", { workspace: workspace?.name ?? "", count: members })}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button icon={<Link2 aria-hidden className="size-4" />} onClick={() => copy(location.href)}>
          {t("copyLink")}
        </Button>
        <ButtonLink to="/workspace" icon={<UserPlus aria-hidden className="size-4" />}>
          {t("shareInvite")}
        </ButtonLink>
      </div>
    </section>
  );
}
