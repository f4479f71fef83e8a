export type Fact = [label: string, value: string | undefined];

/** Figures with their names; unknown ones show a dash, so that nothing jumps when they come. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="card grid grid-cols-2 gap-px overflow-hidden bg-line md:auto-cols-fr md:grid-flow-col md:grid-cols-none">
      {facts.map(([label, value]) => (
        <div
          key={label}
          className="grid content-start gap-0.5 bg-panel px-5 py-4 odd:last:col-span-2 md:odd:last:col-span-1"
        >
          <dt className="text-sm text-faint">{label}</dt>
          <dd className="font-semibold tabular-nums">{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
