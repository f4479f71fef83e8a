import type { ReactNode } from "react";

export const WIDTH = 640;
export const HEIGHT = 220;

interface Props {
  /** What the picture says, in words. */
  summary: string;
  /** From above to below. */
  marks: [string, string, string];
  first: ReactNode;
  last: ReactNode;
  children: ReactNode;
}

/** A curve with its axes; what is drawn is `WIDTH` by `HEIGHT` and stretched to the place there is. */
export function CurveFigure({ summary, marks, first, last, children }: Props) {
  return (
    <figure className="grid h-64 grid-cols-[2.75rem_minmax(0,1fr)] grid-rows-[minmax(0,1fr)_1.5rem] gap-x-2 text-xs text-faint tabular-nums">
      <div className="flex flex-col justify-between text-right">
        {marks.map((mark, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a mark is its place
          <span key={index}>{mark}</span>
        ))}
      </div>
      <div className="relative min-h-0">
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full overflow-visible"
        >
          {[0, 0.5, 1].map((share) => (
            <line
              key={share}
              x1="0"
              x2={WIDTH}
              y1={share * HEIGHT}
              y2={share * HEIGHT}
              stroke="#26263a"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {children}
        </svg>
      </div>
      <span />
      <figcaption className="flex items-end justify-between">
        <span>{first}</span>
        <span>{last}</span>
      </figcaption>
    </figure>
  );
}
