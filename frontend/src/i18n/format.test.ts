import { expect, it } from "vitest";
import {
  formatClock,
  formatHertz,
  formatNumber,
  formatSeconds,
  formatSigned,
  formatSize,
  formatSpan,
  noteName,
} from "./format";

it("writes clocks", () => {
  expect([0, 59.9, 187.4, 3723].map(formatClock)).toEqual(["0:00", "0:59", "3:07", "1:02:03"]);
});

it("writes sizes", () => {
  expect([0, 999, 1000, 2_140_000, 34_000_000, 2 * 1024 ** 3].map(formatSize)).toEqual([
    "0 B",
    "999 B",
    "1.0 KB",
    "2.1 MB",
    "34 MB",
    "2.1 GB",
  ]);
});

it("writes spans in both languages", () => {
  expect([0, 90, 3600, 7500].map((seconds) => formatSpan(seconds, "ko"))).toEqual([
    "0초",
    "1분 30초",
    "1시간",
    "2시간 5분",
  ]);
  expect(formatSpan(90, "en")).toBe("1 min 30 s");
});

it("writes short lengths to a tenth of a second", () => {
  expect([0, 0.34, 9.94, 9.96, 90].map((seconds) => formatSeconds(seconds, "ko"))).toEqual([
    "0초",
    "0.3초",
    "9.9초",
    "10초",
    "1분 30초",
  ]);
  expect(formatSeconds(0.3, "en")).toBe("0.3 s");
});

it("names rates and notes", () => {
  expect([44100, 48000, 500].map(formatHertz)).toEqual(["44.1 kHz", "48 kHz", "500 Hz"]);
  expect([440, 261.6, 110, 466.2].map(noteName)).toEqual(["A4", "C4", "A2", "A#4"]);
});

it("writes numbers with their thousands apart", () => {
  expect([0, -0.04, 0.5, -1234.25, 999.96, 1234567].map((value) => formatNumber(value))).toEqual([
    "0",
    "0",
    "0.5",
    "-1,234.3",
    "1,000",
    "1,234,567",
  ]);
  expect([formatNumber(0.125, 2), formatNumber(12.5, 0)]).toEqual(["0.13", "13"]);
});

it("writes signs where there is something to sign", () => {
  expect([3, -0.5, 0, 0.01].map(formatSigned)).toEqual(["+3", "-0.5", "0", "0"]);
});
