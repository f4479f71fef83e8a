import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { errorText } from "../api/errors";
import { type Key, useI18n } from "../i18n";
import { Button } from "../ui/Button";
import type { AuthAnswer, AuthProblem } from "./allauth";

const KNOWN: Record<string, Key> = {
  email_password_mismatch: "authMismatch",
  enter_current_password: "authWrongPassword",
  email_taken: "authTaken",
  password_too_short: "authPasswordShort",
  password_too_common: "authPasswordCommon",
  password_entirely_numeric: "authPasswordNumeric",
  password_too_similar: "authPasswordSimilar",
  invalid: "authInvalid",
  outdated: "authOutdated",
  required: "authRequired",
  too_many_login_attempts: "authTooMany",
  rate_limited: "authTooMany",
  invalid_password_reset: "authOldLink",
  invalid_or_expired_key: "authOldLink",
  incorrect_code: "authWrongCode",
  "http-403": "authForbidden",
};

/** The sentence for a problem of allauth: ours where we know the code, the server's otherwise. */
export function useProblemText(): (problem: AuthProblem) => string {
  const { t } = useI18n();
  return (problem) => {
    const known = KNOWN[problem.code];
    return known ? t(known) : problem.message || t("authUnknown");
  };
}

interface Submission {
  busy: boolean;
  /** Sentences by field name; the empty name is the form as a whole. */
  problems: Record<string, string>;
  submit: (event: FormEvent, work: () => Promise<AuthAnswer>) => Promise<AuthAnswer | undefined>;
}

export function useAuthSubmit(fields: string[]): Submission {
  const { language } = useI18n();
  const textOf = useProblemText();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Record<string, string>>({});

  async function submit(event: FormEvent, work: () => Promise<AuthAnswer>) {
    event.preventDefault();
    setBusy(true);
    setProblems({});
    try {
      const answer = await work();
      const found: Record<string, string> = {};
      for (const problem of answer.problems) {
        const place = problem.param && fields.includes(problem.param) ? problem.param : "";
        found[place] ??= textOf(problem);
      }
      setProblems(found);
      return answer;
    } catch (error) {
      setProblems({ "": errorText(error, language) });
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  return { busy, problems, submit };
}

interface FormProps {
  title: string;
  lead?: ReactNode;
  action: string;
  submission: Submission;
  onSubmit: (event: FormEvent) => void;
  children: ReactNode;
  below?: ReactNode;
}

export function AuthForm({
  title,
  lead,
  action,
  submission,
  onSubmit,
  children,
  below,
}: FormProps) {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t("brand")}`;
  }, [title, t]);
  const whole = submission.problems[""];
  return (
    <div className="grid gap-7">
      <div className="grid gap-2">
        <h1 className="text-3xl font-bold tracking-tight">{title}</h1>
        {lead && <p className="text-muted">{lead}</p>}
      </div>
      <form onSubmit={onSubmit} className="grid gap-5" noValidate>
        {children}
        {whole && (
          <p role="alert" className="rounded-xl bg-bad/12 px-4 py-3 text-sm text-bad">
            {whole}
          </p>
        )}
        <Button type="submit" look="primary" size="large" busy={submission.busy}>
          {action}
        </Button>
      </form>
      {below && <div className="grid gap-2 text-center text-sm text-muted">{below}</div>}
    </div>
  );
}
