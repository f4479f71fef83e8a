import { useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import { useWaveform } from "../api/queries";
import { heights } from "./peaks";

const FLAT = new Array<number>(200).fill(0.35);

interface Props {
  audio: HTMLAudioElement;
  fileId?: string;
}

/** The seekable waveform of what is playing. The keyboard seeks by the slider beside it. */
export default function Wave({ audio, fileId }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [duration, setDuration] = useState(0);
  const waveform = useWaveform(fileId ?? "", fileId !== undefined);

  useEffect(() => {
    const read = () => Number.isFinite(audio.duration) && setDuration(audio.duration);
    read();
    audio.addEventListener("loadedmetadata", read);
    return () => audio.removeEventListener("loadedmetadata", read);
  }, [audio]);

  useEffect(() => {
    const peaks = waveform.data ? heights(waveform.data) : fileId ? undefined : FLAT;
    const seconds = duration || waveform.data?.duration_s;
    if (!box.current || !peaks || !seconds) return undefined;
    const wave = WaveSurfer.create({
      container: box.current,
      media: audio,
      peaks: [peaks],
      duration: seconds,
      height: 44,
      barWidth: 2,
      barGap: 1.5,
      barRadius: 2,
      cursorWidth: 0,
      waveColor: "#4a4764",
      progressColor: "#a78bfa",
      dragToSeek: true,
    });
    // The element belongs to the player: its sound goes on.
    return () => wave.destroy();
  }, [audio, fileId, waveform.data, duration]);

  return <div ref={box} aria-hidden className="h-11 w-full" />;
}
