/** The orders that a list of voices can have. */
export const VOICE_SORTS = ["newest", "quality", "rating", "name"] as const;
export type VoiceSort = (typeof VOICE_SORTS)[number];
