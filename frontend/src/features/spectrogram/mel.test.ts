import FFT from "fft.js";
import { describe, expect, it } from "vitest";
import { BANDS, bandEdges, melDecibels, painted, RATE } from "./mel";

function sine(hertz: number, seconds = 1): Float32Array {
  return Float32Array.from({ length: RATE * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / RATE),
  );
}

describe("the Fourier transform", () => {
  it("is that of the definition", () => {
    const wave = Float32Array.from([3, -1, 4, 1, -5, 9, 2, 6]);
    const fft = new FFT(8);
    const spectrum = fft.createComplexArray();
    fft.realTransform(spectrum, wave);
    fft.completeSpectrum(spectrum);
    for (let k = 0; k < 8; k++) {
      let [real, imaginary] = [0, 0];
      wave.forEach((value, i) => {
        real += value * Math.cos((2 * Math.PI * k * i) / 8);
        imaginary -= value * Math.sin((2 * Math.PI * k * i) / 8);
      });
      expect(spectrum[2 * k]).toBeCloseTo(real, 4);
      expect(spectrum[2 * k + 1]).toBeCloseTo(imaginary, 4);
    }
  });
});

describe("a mel spectrogram", () => {
  it("is loudest in the band of the tone", () => {
    const decibels = melDecibels(sine(1000), 10);
    const bin = Math.round((1000 / RATE) * 1024);
    const band = bandEdges(RATE).findIndex(
      (edge, i, all) => edge <= bin && bin < (all[i + 1] ?? 0),
    );
    const column = decibels.slice(5 * BANDS, 6 * BANDS);
    expect(column.indexOf(Math.max(...column))).toBe(band);
    expect(Math.max(...decibels)).toBeCloseTo(0, 3);
    expect(Math.min(...decibels)).toBeGreaterThanOrEqual(-80);
  });

  it("of a sound shorter than one window still has all its columns", () => {
    expect(melDecibels(sine(440, 0.01), 7)).toHaveLength(7 * BANDS);
  });

  it("is dark where nothing sounds and bright where it is loud, low tones below", () => {
    const decibels = new Float32Array(2 * BANDS).fill(-80);
    decibels[0] = 0; // first column, lowest band
    const pixels = painted(decibels, 2);
    const corner = (BANDS - 1) * 2 * 4;
    expect([...pixels.slice(corner, corner + 4)]).toEqual([255, 246, 226, 255]);
    expect([...pixels.slice(0, 4)]).toEqual([10, 10, 20, 255]);
  });
});
