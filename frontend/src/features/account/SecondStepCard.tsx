import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Smartphone } from "lucide-react";
import { useState } from "react";
import {
  addPasskey,
  ConfirmFirst,
  type Factor,
  factors,
  passkeysWork,
} from "../../auth/secondFactor";
import { useI18n } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { notify } from "../../ui/notify";
import { Failure, Skeleton } from "../../ui/states";
import { ConfirmPassword } from "./ConfirmPassword";
import { EnrolApp } from "./EnrolApp";

const KEY = ["factors"];

/** Authenticator app, passkeys and recovery codes of this account. */
export function SecondStepCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const known = useQuery({ queryKey: KEY, queryFn: factors.all });
  const [waiting, setWaiting] = useState<(() => void) | undefined>();
  const [secret, setSecret] = useState<string>();
  const [codes, setCodes] = useState<string[]>();

  /** Do it; where the server wants the password first, ask for it and do it again. */
  async function act(work: () => Promise<unknown>) {
    try {
      await work();
      await client.invalidateQueries({ queryKey: KEY });
    } catch (error) {
      if (error instanceof ConfirmFirst) setWaiting(() => () => void act(work));
      else notify.error(t("passkeyFailed"));
    }
  }
  const showCodes = () => act(async () => setCodes(await factors.recoveryCodes()));
  const enrolPasskey = () =>
    act(async () => {
      const answer = await addPasskey(t("passkeyNew"));
      if (answer.status >= 400) throw new Error(answer.problems[0]?.code);
      await showCodes();
    });

  const all = known.data ?? [];
  const app = all.find((each) => each.type === "totp");
  const recovery = all.find((each) => each.type === "recovery_codes");
  return (
    <section id="second-step" aria-labelledby="second-step-title" className="card grid gap-4 p-6">
      <div className="flex items-center justify-between gap-3">
        <h2 id="second-step-title" className="text-lg font-bold">
          {t("secondStep")}
        </h2>
        {recovery && <Badge tone="good">{t("secondStepOn")}</Badge>}
      </div>
      {known.error && <Failure error={known.error} retry={() => void known.refetch()} />}
      {known.isPending && <Skeleton rows={1} height="h-12" />}
      {known.data && !recovery && <p className="text-muted">{t("secondStepOff")}</p>}
      <ul className="grid gap-2">
        {all
          .filter((each) => each.type !== "recovery_codes")
          .map((each) => (
            <FactorRow
              key={each.id ?? each.type}
              factor={each}
              onRemove={() =>
                void act(() => (each.id ? factors.removePasskey(each.id) : factors.removeApp()))
              }
            />
          ))}
      </ul>
      {waiting && (
        <ConfirmPassword
          onPassed={() => {
            setWaiting(undefined);
            waiting();
          }}
        />
      )}
      {secret && (
        <EnrolApp
          secret={secret}
          onLocked={(again) => setWaiting(() => again)}
          onEnrolled={() => {
            setSecret(undefined);
            void showCodes();
          }}
        />
      )}
      <div className="flex flex-wrap gap-3">
        {known.data && !app && !secret && (
          <Button onClick={() => void act(async () => setSecret(await factors.newSecret()))}>
            {t("appAdd")}
          </Button>
        )}
        {passkeysWork && <Button onClick={() => void enrolPasskey()}>{t("passkeyAdd")}</Button>}
      </div>
      {recovery && (
        <div className="grid gap-2 border-t border-line pt-4">
          <p className="font-medium">
            {t("recoveryCodes")} ·{" "}
            <span className="text-faint">
              {t("recoveryLeft", { count: String(recovery.unused_code_count ?? 0) })}
            </span>
          </p>
          <p className="text-sm text-muted">{t("recoveryText")}</p>
          {codes ? (
            <ul className="grid grid-cols-2 gap-1 rounded-xl bg-ink p-4 font-mono text-sm">
              {codes.map((code) => (
                <li key={code}>{code}</li>
              ))}
            </ul>
          ) : (
            <Button size="small" className="justify-self-start" onClick={() => void showCodes()}>
              {t("recoveryShow")}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function FactorRow({ factor, onRemove }: { factor: Factor; onRemove: () => void }) {
  const { t } = useI18n();
  const isApp = factor.type === "totp";
  const Icon = isApp ? Smartphone : KeyRound;
  const name = isApp ? t("appName") : (factor.name ?? t("passkeyNew"));
  return (
    <li className="flex items-center gap-3">
      <Icon aria-hidden className="size-5 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
      <Button
        size="small"
        onClick={onRemove}
        aria-label={isApp ? t("appRemove") : t("passkeyRemoveNamed", { name })}
      >
        {t("remove")}
      </Button>
    </li>
  );
}
