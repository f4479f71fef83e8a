interface Props {
  count: number;
  className?: string;
}

/** A still waveform with a swell in its middle, as ornament. */
export function Bars({ count, className = "" }: Props) {
  return (
    <div aria-hidden className={`flex items-center justify-center ${className}`}>
      {Array.from({ length: count }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          key={index}
          className="w-1.5 shrink-0 rounded-full bg-linear-to-b from-[#c4b0ff] to-violet-press"
          style={{
            height: `${height(index, count)}%`,
            opacity: 0.35 + height(index, count) / 150,
          }}
        />
      ))}
    </div>
  );
}

function height(index: number, count: number): number {
  const swell = Math.sin((Math.PI * index) / (count - 1)) ** 1.4;
  const texture = 0.55 + 0.45 * Math.abs(Math.sin(index * 1.7) * Math.cos(index * 0.43));
  return 6 + 94 * swell * texture;
}
