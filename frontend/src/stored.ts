/** Where this browser keeps what was chosen in it, for `early.js` to read before all other code. */
export const STORED = {
  language: "voice-studio.language",
  workspace: "voice-studio.workspace",
} as const;
