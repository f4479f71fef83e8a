/** The volume of the last visit. */
const STORED = "voice-studio.volume";

export function storedVolume(): number {
  const stored = Number.parseFloat(localStorage.getItem(STORED) ?? "1");
  return Number.isFinite(stored) ? Math.min(1, Math.max(0, stored)) : 1;
}

export function storeVolume(volume: number): void {
  localStorage.setItem(STORED, String(volume));
}
