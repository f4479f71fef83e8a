import { Shuffle, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { TakeButton } from "./Listening";
import { type ComparedTake, LETTERS } from "./takes";

interface Props {
  takes: ComparedTake[];
  /** The takes' ids as they are numbered now. */
  order: string[];
  heard: string;
  revealed: boolean;
  onHear: (id: string) => void;
  onReveal: () => void;
  onAgain: () => void;
}

/** Takes without names: hear them, say which is best, then see which it was. */
export function Blind({ takes, order, heard, revealed, onHear, onReveal, onAgain }: Props) {
  const { t } = useI18n();
  const [votes, setVotes] = useState<Record<string, number>>({});
  const takeOf = (id: string) => takes.find((take) => take.id === id);
  const vote = () => {
    setVotes((old) => ({ ...old, [heard]: (old[heard] ?? 0) + 1 }));
    onReveal();
  };
  const nameOf = (id: string) => {
    const index = takes.findIndex((take) => take.id === id);
    return `${LETTERS[index]} · ${takeOf(id)?.title ?? ""}`;
  };
  const number = order.indexOf(heard) + 1;
  return (
    <div className="grid gap-4">
      <fieldset className="grid gap-2.5 sm:grid-cols-2">
        <legend className="sr-only">{t("takes")}</legend>
        {order.map((id, index) => (
          <TakeButton
            key={id}
            letter={String(index + 1)}
            title={revealed ? nameOf(id) : t("someTake", { number: index + 1 })}
            note={revealed && votes[id] ? t("voteCount", { count: votes[id] }) : undefined}
            on={heard === id}
            onClick={() => onHear(id)}
          />
        ))}
      </fieldset>
      <div className="flex flex-wrap items-center gap-3">
        {revealed ? (
          <Button icon={<Shuffle aria-hidden className="size-4.5" />} onClick={onAgain}>
            {t("blindAgain")}
          </Button>
        ) : (
          <Button
            look="primary"
            icon={<ThumbsUp aria-hidden className="size-4.5" />}
            onClick={vote}
          >
            {t("voteFor", { number })}
          </Button>
        )}
        <p role="status" className="min-w-0 flex-1 text-sm text-muted">
          {revealed ? t("youChose", { name: nameOf(heard) }) : t("blindText")}
        </p>
      </div>
    </div>
  );
}
