import { describe, expect, it } from "vitest";
import { createReader, type KeyPress } from "./shortcuts";

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  taken: false,
  at: 0,
  ...change,
});

describe("keys", () => {
  it("lead to a page after g, for a moment", () => {
    const read = createReader(() => true);
    expect(read(press("g", { at: 0 }))).toBeUndefined();
    expect(read(press("l", { at: 500 }))).toEqual({ go: "l" });
    expect(read(press("l", { at: 600 }))).toBeUndefined();
    read(press("g", { at: 1_000 }));
    expect(read(press("l", { at: 5_000 }))).toBeUndefined();
    read(press("g", { at: 6_000 }));
    expect(read(press("x", { at: 6_100 }))).toBeUndefined();
    expect(read(press("l", { at: 6_200 }))).toBeUndefined();
  });

  it("belong to a field while it is written in, Ctrl+K apart", () => {
    const read = createReader(() => true);
    expect(read(press("?", { taken: true }))).toBeUndefined();
    expect(read(press("k", { taken: true, ctrl: true }))).toBe("palette");
  });

  it("without Ctrl can be turned off", () => {
    const read = createReader(() => false);
    expect(["?", "/", "p", "g", "h"].map((key) => read(press(key)))).toEqual(
      Array(5).fill(undefined),
    );
    expect(read(press("K", { ctrl: true }))).toBe("palette");
  });

  it("of the sheet, the palette and the player", () => {
    const read = createReader(() => true);
    expect(["?", "/", "p", "z"].map((key) => read(press(key)))).toEqual([
      "help",
      "palette",
      "play",
      undefined,
    ]);
  });
});
