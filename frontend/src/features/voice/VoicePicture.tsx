import { usePicture } from "../../api/queries";
import type { Voice } from "../../api/types";
import { Orb } from "../../ui/Orb";

interface Props {
  voice: Pick<Voice, "id" | "picture">;
  className?: string;
}

/** The voice's own picture, or the one that follows from its id; the name stands beside it. */
export function VoicePicture({ voice, className = "size-14" }: Props) {
  const { data } = usePicture(voice);
  if (voice.picture && data) {
    return (
      <img
        src={data}
        alt=""
        className={`shrink-0 rounded-full object-cover ring-1 ring-white/12 ring-inset ${className}`}
      />
    );
  }
  return <Orb seed={voice.id} className={className} />;
}
