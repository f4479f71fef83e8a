import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/styles.css", "utf8");
const colours = Object.fromEntries(
  [...css.matchAll(/--color-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
) as Record<string, string>;

/** Relative luminance by WCAG 2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const of = (name: string) => colours[name] ?? "";

describe("WCAG AA", () => {
  it.each(["text", "muted", "faint", "violet-soft", "good", "warn", "bad"])(
    "%s is readable on every surface",
    (name) => {
      for (const surface of ["ink", "panel", "raised"]) {
        expect(contrast(of(name), of(surface))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it("white is readable on buttons", () => {
    expect(contrast("#ffffff", of("violet-deep"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast("#ffffff", of("violet-press"))).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of controls and the focus ring can be seen", () => {
    for (const surface of ["ink", "panel"]) {
      expect(contrast(of("edge"), of(surface))).toBeGreaterThanOrEqual(3);
      expect(contrast(of("violet"), of(surface))).toBeGreaterThanOrEqual(3);
      expect(contrast(of("violet-soft"), of(surface))).toBeGreaterThanOrEqual(3);
    }
  });
});
