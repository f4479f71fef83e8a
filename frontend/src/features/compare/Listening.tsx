import { useCallback, useEffect, useMemo, useState } from "react";
import { useI18n } from "../../i18n";
import { formatSigned } from "../../i18n/format";
import { shuffled } from "../../sound/abx";
import { factorOf, matchingGains } from "../../sound/levels";
import { Transport, useDeckKeys, usePosition } from "../../sound/Transport";
import { useDeck, usePictures, useSounds } from "../../sound/useDeck";
import { Segments } from "../../ui/Segments";
import { Failure, Skeleton } from "../../ui/states";
import { Abx } from "./Abx";
import { Blind } from "./Blind";
import { Pictures } from "./Pictures";
import { Settings } from "./Settings";
import { COLOURS, type ComparedTake, LETTERS } from "./takes";

const COLUMNS = 600;
const MODES = ["open", "blind", "abx"] as const;
type Mode = (typeof MODES)[number];
const MODE_LABELS = { open: "compareOpen", blind: "compareBlind", abx: "compareAbx" } as const;

/** Takes on one deck: one is heard, all run, and a key changes which. */
export function Listening({ takes, subject }: { takes: ComparedTake[]; subject: string }) {
  const { t } = useI18n();
  const { deck, playing, duration } = useDeck();
  const sounds = useSounds(takes);
  const pictures = usePictures(sounds, COLUMNS);
  const [heard, setHeard] = useState(takes[0]?.id ?? "");
  const [mode, setMode] = useState<Mode>("open");
  const [order, setOrder] = useState(() => shuffled(takes.map(({ id }) => id)));
  const [revealed, setRevealed] = useState(false);
  const ready = sounds.every(({ buffer }) => buffer);
  const failed = sounds.find(({ error }) => error);
  // Files have their loudness from the library; of previews the power alone is known.
  const measured = takes.every(({ loudness }) => loudness !== null);
  const loudness = takes.map((take, index) =>
    measured ? take.loudness : (pictures[index]?.data?.power ?? null),
  );
  const gains = matchingGains(loudness);
  useEffect(() => {
    for (const { take, buffer } of sounds) if (buffer) deck.add(take.id, buffer, 0);
    for (const [index, take] of takes.entries()) {
      deck.level(take.id, take.id === heard ? factorOf(gains[index] ?? 0) : 0);
    }
  });
  const listed = useMemo(
    () => (mode === "blind" ? order : takes.map(({ id }) => id)),
    [mode, order, takes],
  );
  const keys = useCallback(
    (key: string) => {
      const index = Math.max("1234".indexOf(key), "abcd".indexOf(key));
      const id = key.length === 1 && mode !== "abx" ? listed[index] : undefined;
      if (id) setHeard(id);
      return id !== undefined;
    },
    [listed, mode],
  );
  useDeckKeys(deck, keys);
  const change = (next: Mode) => {
    setMode(next);
    setRevealed(false);
    setOrder(shuffled(takes.map(({ id }) => id)));
  };
  const hidden = mode !== "open" && !revealed;
  return (
    <>
      {failed && <Failure error={failed.error} />}
      <section aria-label={t("listening")} className="card grid grid-cols-1 gap-5 p-5 sm:p-6">
        <Segments
          legend={t("compareMode")}
          value={mode}
          onChange={(next) => change(next as Mode)}
          options={MODES.map((one) => ({ value: one, label: t(MODE_LABELS[one]) }))}
        />
        {!ready && !failed && <Skeleton rows={1} height="h-20" />}
        {ready && mode === "open" && (
          <fieldset className="grid gap-2.5 sm:grid-cols-2">
            <legend className="sr-only">{t("takes")}</legend>
            {takes.map((take, index) => (
              <TakeButton
                key={take.id}
                letter={LETTERS[index] ?? ""}
                colour={COLOURS[index] ?? ""}
                title={take.title}
                note={`${formatSigned(Math.round((gains[index] ?? 0) * 10) / 10)} dB`}
                on={heard === take.id}
                onClick={() => setHeard(take.id)}
              />
            ))}
          </fieldset>
        )}
        {ready && mode === "blind" && (
          <Blind
            takes={takes}
            order={order}
            heard={heard}
            revealed={revealed}
            onHear={setHeard}
            onReveal={() => setRevealed(true)}
            onAgain={() => change("blind")}
          />
        )}
        {ready && mode === "abx" && <Abx takes={takes} subject={subject} onHear={setHeard} />}
        <Transport deck={deck} playing={playing} duration={duration} disabled={!ready} />
        <p className="text-sm text-faint">
          {t(mode === "abx" ? "abxKeys" : "compareKeys")}{" "}
          {t(measured ? "matchedLufs" : "matchedPower")}
        </p>
      </section>
      {!hidden && (
        <PlacedPictures
          deck={deck}
          playing={playing}
          takes={takes}
          heard={heard}
          pictures={pictures.map(({ data }) => data)}
          duration={duration}
        />
      )}
      {!hidden && <Settings takes={takes} />}
    </>
  );
}

type PlacedProps = Omit<Parameters<typeof Pictures>[0], "position"> &
  Pick<ReturnType<typeof useDeck>, "deck" | "playing">;

/** Reads the place itself, so that nothing else is drawn with each frame. */
function PlacedPictures({ deck, playing, ...rest }: PlacedProps) {
  const position = usePosition(deck, playing);
  return <Pictures {...rest} position={position} onSeek={(seconds) => deck.seek(seconds)} />;
}

interface TakeProps {
  letter: string;
  colour?: string;
  title: string;
  note?: string;
  on: boolean;
  onClick: () => void;
}

export function TakeButton({ letter, colour, title, note, on, onClick }: TakeProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={`flex min-h-14 min-w-0 items-center gap-3 rounded-xl border px-4 text-left ${on ? "border-violet bg-violet/16" : "border-edge/70 bg-ink/60 hover:border-muted"}`}
    >
      <span
        className="grid size-8 shrink-0 place-items-center rounded-lg bg-lift font-bold"
        style={{ color: colour }}
      >
        {letter}
      </span>
      <span className="min-w-0 flex-1 truncate font-medium">{title}</span>
      {note && <span className="shrink-0 text-sm text-faint tabular-nums">{note}</span>}
    </button>
  );
}
