import { type PointerEvent, useEffect, useRef } from "react";
import { useI18n } from "../../i18n";
import { type Picture, rowOf } from "../../sound/picture";
import { Skeleton } from "../../ui/states";
import { COLOURS, type ComparedTake, LETTERS } from "./takes";

interface Props {
  takes: ComparedTake[];
  heard: string;
  pictures: (Picture | undefined)[];
  duration: number;
  position: number;
  onSeek?: (seconds: number) => void;
}

/** The spectrogram of what is heard, the melodies of all over it, and the place. */
export function Pictures({ takes, heard, pictures, duration, position, onSeek }: Props) {
  const { t } = useI18n();
  const shown = Math.max(
    0,
    takes.findIndex(({ id }) => id === heard),
  );
  const picture = pictures[shown];
  const seek = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onSeek?.(((event.clientX - left) / width) * duration);
  };
  return (
    <section aria-labelledby="pictures" className="card grid grid-cols-1 gap-4 p-5 sm:p-6">
      <h2 id="pictures" className="text-lg font-bold">
        {t("spectrogram")}
      </h2>
      <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {takes.map((take, index) => (
          <li key={take.id} className="flex min-w-0 max-w-full items-center gap-2">
            <span
              aria-hidden
              className="h-1 w-5 shrink-0 rounded-full"
              style={{ background: COLOURS[index] }}
            />
            <span className={`truncate ${index === shown ? "font-semibold" : "text-muted"}`}>
              {LETTERS[index]} · {take.title}
            </span>
          </li>
        ))}
      </ul>
      {picture ? (
        <div onPointerDown={seek} className="relative h-56 cursor-crosshair sm:h-72">
          <Canvas
            picture={picture}
            name={t("spectrogramOf", { name: takes[shown]?.title ?? "" })}
          />
          <Curves pictures={pictures} heard={shown} duration={duration} />
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 w-px bg-white"
            style={{ left: `${duration > 0 ? (position / duration) * 100 : 0}%` }}
          />
        </div>
      ) : (
        <Skeleton rows={1} height="h-56 sm:h-72" />
      )}
      <p className="text-sm text-faint">{t("pictureHint")}</p>
    </section>
  );
}

/** Violet from the dark to the light, as everything here is. */
function colour(level: number): [number, number, number] {
  const share = level / 255;
  return [
    10 + 245 * share ** 2.2,
    10 + 225 * share ** 3,
    20 + 235 * Math.min(1, 1.15 * share ** 1.1),
  ];
}

function Canvas({ picture, name }: { picture: Picture; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const { columns, rows, levels } = picture;
    const image = context.createImageData(columns, rows);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const at = ((rows - 1 - row) * columns + column) * 4;
        image.data.set([...colour(levels[column * rows + row] ?? 0), 255], at);
      }
    }
    context.putImageData(image, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={name}
      width={picture.columns}
      height={picture.rows}
      className="size-full rounded-lg"
    />
  );
}

interface CurvesProps {
  pictures: (Picture | undefined)[];
  heard: number;
  duration: number;
}

function Curves({ pictures, heard, duration }: CurvesProps) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 1000 1000"
      preserveAspectRatio="none"
      className="pointer-events-none absolute inset-0 size-full"
    >
      {pictures.map(
        (picture, index) =>
          picture && (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: a take stays in its place
              key={index}
              d={pathOf(picture, duration)}
              fill="none"
              stroke={COLOURS[index]}
              strokeWidth={index === heard ? 2.5 : 1.25}
              strokeOpacity={index === heard ? 1 : 0.75}
              vectorEffect="non-scaling-stroke"
            />
          ),
      )}
    </svg>
  );
}

function pathOf({ pitch, lowHz, highHz }: Picture, duration: number): string {
  let path = "";
  let drawing = false;
  for (const [n, hertz] of pitch.hertz.entries()) {
    if (hertz > 0) {
      const x = ((n * pitch.hopS) / duration) * 1000;
      const y = 1000 * (1 - rowOf(hertz, 2, lowHz, highHz));
      path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    drawing = hertz > 0;
  }
  return path;
}
