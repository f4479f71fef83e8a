import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { auth, type BrowserSession } from "../../auth/allauth";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { deviceName } from "./deviceName";

/** Where this account is signed in, and the way to sign out there. */
export function SessionsCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: auth.sessions });
  const end = useAction({
    mutationFn: (id: number) => auth.endSession(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <section aria-labelledby="sessions" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="sessions" className="text-lg font-bold">
        {t("sessions")}
      </h2>
      {sessions.error && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.isPending && <Skeleton rows={2} height="h-14" />}
      <ul className="grid grid-cols-1 gap-1">
        {sessions.data?.map((session) => (
          <Session
            key={session.id}
            session={session}
            busy={end.isPending && end.variables === session.id}
            onEnd={() => end.mutate(session.id)}
          />
        ))}
      </ul>
    </section>
  );
}

interface Props {
  session: BrowserSession;
  busy: boolean;
  onEnd: () => void;
}

function Session({ session, busy, onEnd }: Props) {
  const { t, language } = useI18n();
  const name = deviceName(session.user_agent) ?? t("unknownDevice");
  const seen = new Date((session.last_seen_at ?? session.created_at) * 1000).toISOString();
  return (
    <li className="flex items-center gap-3 py-2">
      <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-faint" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{name}</p>
        <p className="truncate text-sm text-faint">
          {session.ip} · {formatDate(seen, language)}
        </p>
      </div>
      {session.is_current ? (
        <Badge tone="good">{t("thisDevice")}</Badge>
      ) : (
        <Button size="small" busy={busy} onClick={onEnd} aria-label={t("signOutNamed", { name })}>
          {t("signOut")}
        </Button>
      )}
    </li>
  );
}
