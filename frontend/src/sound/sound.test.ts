import { describe, expect, it } from "vitest";
import { chanceOf, neededOf, rightOf, shuffled } from "./abx";
import { faderLevel, matchingGains, mixLevels, powerOf } from "./levels";
import { pictureOf, pitchCurve, rangeOf, rowOf } from "./picture";
import { wavOf } from "./wav";

const RATE = 48_000;
const tone = (hertz: number, seconds: number, level = 0.5) =>
  Float32Array.from(
    { length: seconds * RATE },
    (_, n) => level * Math.sin((2 * Math.PI * hertz * n) / RATE),
  );

describe("ABX", () => {
  it.each([
    [0, 0, 1],
    [10, 10, 1 / 1024],
    [9, 10, 11 / 1024],
    [5, 10, 638 / 1024],
    [12, 16, 2517 / 65_536],
  ])("%i of %i right by chance alone", (right, all, chance) => {
    expect(chanceOf(right, all)).toBeCloseTo(chance, 12);
  });

  it("knows how many right answers are needed", () => {
    expect([4, 5, 10, 16].map(neededOf)).toEqual([undefined, 5, 9, 12]);
  });

  it("counts right answers", () => {
    const trial = (truth: "a" | "b", answer: "a" | "b") => ({ truth, answer });
    expect(rightOf([trial("a", "a"), trial("a", "b"), trial("b", "b")])).toBe(2);
  });

  it("shuffles without losing anything", () => {
    expect(shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
    expect(shuffled(["a", "b"], () => 0)).toEqual(["b", "a"]);
    expect(shuffled(["a", "b"], () => 0.99)).toEqual(["a", "b"]);
  });
});

describe("levels", () => {
  it("brings everything down to the softest", () => {
    expect(matchingGains([-14, -20, null, -16.5])).toEqual([-6, 0, 0, -3.5]);
    expect(matchingGains([null, undefined])).toEqual([0, 0]);
  });

  it("hears solos alone, and nothing of a fader that is down", () => {
    const fader = { db: 0, muted: false, solo: false };
    expect(mixLevels({ a: fader, b: { ...fader, muted: true } })).toEqual({ a: 1, b: 0 });
    const solo = { ...fader, muted: true, solo: true };
    expect(mixLevels({ a: fader, b: solo })).toEqual({ a: 0, b: 1 });
    expect(faderLevel(-60)).toBe(0);
    expect(faderLevel(-6)).toBeCloseTo(0.501, 3);
  });

  it("measures power", () => {
    expect(powerOf(tone(100, 1, 1))).toBeCloseTo(-3.01, 2);
    expect(powerOf(new Float32Array(9))).toBeNull();
  });
});

describe("picture", () => {
  it("follows a melody and leaves silence out", () => {
    const sound = new Float32Array(3 * RATE);
    sound.set(tone(220, 1));
    sound.set(tone(440, 1), 2 * RATE);
    const curve = pitchCurve(sound, RATE);
    const at = (seconds: number) => curve.hertz[Math.round(seconds / curve.hopS)];
    expect(at(0.5)).toBeCloseTo(220, 0);
    expect(at(1.5)).toBe(0);
    expect(at(2.5)).toBeCloseTo(440, 0);
    const range = rangeOf(curve);
    expect(range?.low).toBeCloseTo(220, 0);
    expect(range?.high).toBeCloseTo(440, 0);
    expect(rangeOf(pitchCurve(tone(220, 0.5), RATE))).toBeUndefined();
  });

  it("is brightest where the tone is", () => {
    const { levels, rows } = pictureOf(tone(1000, 1), RATE, 4);
    const column = [...levels.slice(rows, 2 * rows)];
    const brightest = column.indexOf(Math.max(...column));
    expect(Math.abs(brightest - rowOf(1000, rows))).toBeLessThan(2);
  });
});

it("writes 24 bits and a comment", async () => {
  const comment = "AI-generated: a test";
  const blob = wavOf([Float32Array.of(0, 1), Float32Array.of(-1, 0.5)], 44_100, comment);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const word = (at: number) => String.fromCharCode(...bytes.slice(at, at + 4));
  expect([word(0), word(8), word(36), word(48)]).toEqual(["RIFF", "WAVE", "LIST", "ICMT"]);
  expect(view.getUint32(4, true)).toBe(bytes.length - 8);
  expect(new TextDecoder().decode(bytes.slice(56, 56 + comment.length))).toBe(comment);
  const data = 56 + comment.length;
  expect(word(data)).toBe("data");
  expect([...bytes.slice(data + 8)]).toEqual([0, 0, 0, 1, 0, 0x80, 0xff, 0xff, 0x7f, 0, 0, 0x40]);
});
