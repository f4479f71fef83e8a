/** The spectra of a sound's moments: what every spectrogram begins with. */
import FFT from "fft.js";

/**
 * Tells the power of each bin (``size`` / 2 of them) of ``columns`` moments that lie evenly from the
 * first window of ``size`` samples to the last, each under a Hann window. The array is used again.
 */
export function eachSpectrum(
  samples: Float32Array,
  size: number,
  columns: number,
  tell: (powers: Float32Array, column: number) => void,
): void {
  const fft = new FFT(size);
  const hann = Float32Array.from(
    { length: size },
    (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size),
  );
  const hop = Math.max(0, samples.length - size) / Math.max(1, columns - 1);
  const frame = new Float32Array(size);
  const spectrum = fft.createComplexArray();
  const powers = new Float32Array(size / 2);
  for (let column = 0; column < columns; column++) {
    const start = Math.round(column * hop);
    for (let n = 0; n < size; n++) frame[n] = (samples[start + n] ?? 0) * (hann[n] ?? 0);
    fft.realTransform(spectrum, frame);
    for (let bin = 0; bin < powers.length; bin++) {
      powers[bin] = (spectrum[2 * bin] ?? 0) ** 2 + (spectrum[2 * bin + 1] ?? 0) ** 2;
    }
    tell(powers, column);
  }
}

/** The greatest power from bin ``first`` to before ``end``; of one bin at least. */
export function loudestIn(powers: Float32Array, first: number, end: number): number {
  let loudest = 0;
  for (let bin = first; bin < Math.max(end, first + 1); bin++) {
    loudest = Math.max(loudest, powers[bin] ?? 0);
  }
  return loudest;
}
