import { useCallback, useEffect, useState } from "react";
import { useI18n } from "../../i18n";
import { chanceOf, rightOf, SIGNIFICANT, type Trial } from "../../sound/abx";
import { Button } from "../../ui/Button";
import { AbxRecord } from "./AbxRecord";
import { keepSessions, noted, pairOf, readSessions } from "./abxRecord";
import { TakeButton } from "./Listening";
import { COLOURS, type ComparedTake } from "./takes";

const SIDES = ["a", "b"] as const;
const toss = (): "a" | "b" => (Math.random() < 0.5 ? "a" : "b");

interface Props {
  /** The first two are compared. */
  takes: ComparedTake[];
  /** What the takes' ids are of. */
  subject: string;
  onHear: (id: string) => void;
}

/** Is X the first or the second? After some trials chance is an explanation, or none. */
export function Abx({ takes, subject, onHear }: Props) {
  const { t } = useI18n();
  const [trials, setTrials] = useState<Trial[]>([]);
  const record = useRecord(
    pairOf(
      subject,
      takes.map(({ id }) => id),
    ),
  );
  const [truth, setTruth] = useState(toss);
  const [heard, setHeard] = useState<"a" | "b" | "x">("x");
  const idOf = useCallback(
    (one: "a" | "b" | "x") => {
      const side = one === "x" ? truth : one;
      return takes[side === "a" ? 0 : 1]?.id ?? "";
    },
    [takes, truth],
  );
  const playing = idOf(heard);
  useEffect(() => onHear(playing), [onHear, playing]);
  useEffect(() => {
    const listen = ({ key, target, ctrlKey, metaKey }: KeyboardEvent) => {
      if (ctrlKey || metaKey || (target as HTMLElement).closest("input, select")) return;
      const wanted = (["a", "b", "x"] as const).find((one) => one === key.toLowerCase());
      if (wanted) setHeard(wanted);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const answer = (side: "a" | "b") => {
    const answered = [...trials, { truth, answer: side }];
    setTrials(answered);
    record.note(rightOf(answered), answered.length);
    setTruth(toss());
    setHeard("x");
  };
  const startOver = () => {
    setTrials([]);
    record.begin();
  };
  const right = rightOf(trials);
  const chance = chanceOf(right, trials.length);
  const figures = {
    right,
    all: trials.length,
    p: chance.toFixed(3),
  };
  return (
    <div className="grid gap-4">
      <fieldset className="grid gap-2.5 sm:grid-cols-3">
        <legend className="sr-only">{t("takes")}</legend>
        {([...SIDES, "x"] as const).map((one, index) => (
          <TakeButton
            key={one}
            letter={one.toUpperCase()}
            colour={one === "x" ? undefined : COLOURS[index]}
            title={one === "x" ? t("whichIsX") : (takes[index]?.title ?? "")}
            on={heard === one}
            onClick={() => setHeard(one)}
          />
        ))}
      </fieldset>
      <div className="flex flex-wrap items-center gap-2.5">
        {SIDES.map((side) => (
          <Button key={side} look="primary" onClick={() => answer(side)}>
            {t("xIs", { letter: side.toUpperCase() })}
          </Button>
        ))}
        {trials.length > 0 && (
          <Button look="ghost" onClick={startOver}>
            {t("startOver")}
          </Button>
        )}
      </div>
      <p role="status" className="text-sm text-muted tabular-nums">
        {trials.length === 0
          ? t("abxText")
          : `${t("abxFigures", figures)} ${t(
              trials.length < 5 ? "abxTooFew" : chance < SIGNIFICANT ? "abxHeard" : "abxNotHeard",
            )}`}
      </p>
      <AbxRecord sessions={record.earlier} onForget={record.forget} />
    </div>
  );
}

/** What this browser keeps of the pair's tests; the one that runs is kept with each answer. */
function useRecord(pair: string) {
  const [sessions, setSessions] = useState(readSessions);
  const [at, setAt] = useState("");
  const keep = (next: typeof sessions) => {
    keepSessions(next);
    setSessions(next);
  };
  return {
    earlier: sessions.filter((one) => one.pair === pair && one.at !== at),
    begin: () => setAt(""),
    note: (right: number, all: number) => {
      const started = at || new Date().toISOString();
      setAt(started);
      keep(noted(readSessions(), { pair, at: started, right, all }));
    },
    forget: () => keep(readSessions().filter((one) => one.pair !== pair || one.at === at)),
  };
}
