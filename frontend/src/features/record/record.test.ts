import { expect, it } from "vitest";
import { FLOOR_DB, levelOf, meterShare, Watch } from "./levels";
import { pcm24, wavHeader } from "./wav";

it("writes samples as 24-bit integers and keeps what is too loud at full scale", () => {
  const full = [0xff, 0xff, 0x7f];
  expect([...pcm24(new Float32Array([0, 1, 1.5]))]).toEqual([0, 0, 0, ...full, ...full]);
  expect([...pcm24(new Float32Array([-1]))]).toEqual([0x01, 0x00, 0x80]);
  expect([...pcm24(new Float32Array([-1 / (2 ** 23 - 1)]))]).toEqual([0xff, 0xff, 0xff]);
});

it("says in the header how long the file is", () => {
  const view = new DataView(wavHeader(144_000, 48_000).buffer);
  expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([144_036, 144_000]);
  expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([48_000, 144_000]);
  expect([view.getUint16(22, true), view.getUint16(34, true)]).toEqual([1, 24]);
});

it("measures peak and energy", () => {
  const sine = Float32Array.from(
    { length: 4800 },
    (_, n) => 0.5 * Math.sin((2 * Math.PI * n) / 48),
  );
  const level = levelOf(sine);
  expect(level.peakDb).toBeCloseTo(-6.02, 1);
  expect(level.rmsDb).toBeCloseTo(-9.03, 1);
  expect(level.clipped).toBe(false);
  expect(levelOf(new Float32Array([0.2, -1])).clipped).toBe(true);
  expect(levelOf(new Float32Array(8)).peakDb).toBe(FLOOR_DB);
  expect([meterShare(0), meterShare(-30), meterShare(-99)]).toEqual([1, 0.5, 0]);
});

it("warns of quiet while it lasts, and of clipping ever after", () => {
  const watch = new Watch();
  const level = (rmsDb: number, clipped = false) => ({ peakDb: rmsDb, rmsDb, clipped });
  watch.add(level(-50), 4.9);
  expect(watch.warnings).toEqual([]);
  watch.add(level(-50), 0.2);
  expect(watch.warnings).toEqual(["quiet"]);
  watch.add(level(-20, true), 0.1);
  expect(watch.warnings).toEqual(["clipping"]);
  watch.add(level(-50), 5.1);
  expect(watch.warnings).toEqual(["clipping", "quiet"]);
});
