/** A picture of a voice: colours and shape follow from its id, so that it is always the same. */
export function Orb({ seed, className = "size-14" }: { seed: string; className?: string }) {
  const hash = hashOf(seed);
  const hue = 165 + (hash % 185);
  const tilt = (hash >>> 8) % 360;
  return (
    <span
      aria-hidden
      className={`relative block shrink-0 overflow-hidden rounded-full ${className}`}
    >
      <span
        className="absolute inset-0"
        style={{
          background: `radial-gradient(circle at 32% 26%, hsl(${hue} 95% 84%), hsl(${hue} 82% 62%) 34%, hsl(${hue + 38} 78% 38%) 72%, hsl(${hue + 60} 70% 20%))`,
        }}
      />
      <span
        className="absolute inset-0 opacity-60 mix-blend-soft-light"
        style={{
          background: `conic-gradient(from ${tilt}deg, transparent, white 12%, transparent 30%, black 62%, transparent 80%)`,
        }}
      />
      <span className="absolute inset-0 rounded-full shadow-[inset_0_1px_1px_rgb(255_255_255/0.55),inset_0_-10px_18px_rgb(0_0_0/0.35)]" />
    </span>
  );
}

function hashOf(text: string): number {
  // FNV-1a, then mixed, so that ids that differ in one letter look different.
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return (hash ^ (hash >>> 16)) >>> 0;
}
