import { Menu as Base } from "@base-ui/react/menu";
import { Camera, ImageUp, Trash2 } from "lucide-react";
import { useRef } from "react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { MenuItem, MenuPopup } from "../../ui/Menu";
import { notify } from "../../ui/notify";
import { useVoiceChange } from "./useVoiceChange";
import { VoicePicture } from "./VoicePicture";

const MOST_BYTES = 2 * 2 ** 20;
const ACCEPT = "image/png,image/jpeg,image/webp";

/** The picture of a voice, and the way to another one. */
export function PictureButton({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const set = useVoiceChange((file: File) => api.setPicture(voice.id, file));
  const drop = useVoiceChange(() => api.dropPicture(voice.id));
  function choose(file: File | undefined) {
    if (!file) return;
    if (file.size > MOST_BYTES) notify.error(t("pictureTooLarge"));
    else set.mutate(file);
  }
  return (
    <>
      <Base.Root modal={false}>
        <Base.Trigger
          aria-label={t("pictureChange")}
          aria-busy={set.isPending || drop.isPending || undefined}
          className="group relative rounded-full"
        >
          <VoicePicture voice={voice} className="size-28" />
          <span className="absolute right-0 bottom-0 grid size-9 place-items-center rounded-full border border-line bg-raised text-muted shadow-lg transition-colors group-hover:text-text">
            <Camera aria-hidden className="size-4.5" />
          </span>
        </Base.Trigger>
        <MenuPopup align="start">
          <MenuItem
            icon={<ImageUp aria-hidden className="size-4" />}
            onClick={() => input.current?.click()}
          >
            {t("pictureChoose")}
          </MenuItem>
          {voice.picture && (
            <MenuItem
              danger
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() => drop.mutate()}
            >
              {t("pictureDrop")}
            </MenuItem>
          )}
        </MenuPopup>
      </Base.Root>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        tabIndex={-1}
        aria-label={t("pictureFile")}
        className="sr-only"
        onChange={(event) => {
          choose(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </>
  );
}
