import { useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { RecorderPanel } from "../features/record/RecorderPanel";
import { ScriptPanel } from "../features/record/ScriptPanel";
import { useRecorder } from "../features/record/useRecorder";
import { addToDraft, NEW_VOICE } from "../features/wizard/draft";
import { useI18n } from "../i18n";
import { usePlayer } from "../player/PlayerProvider";
import { Confirm } from "../ui/Dialog";
import { PageHead } from "../ui/PageHead";
import { useUploads } from "../uploads/UploadsProvider";

export default function Record() {
  const { t } = useI18n();
  const { wizard } = useSearch({ from: "/app/library/record" });
  const navigate = useNavigate();
  const uploads = useUploads();
  const { audio } = usePlayer();
  const recorder = useRecorder();
  const saved = useRef(false);
  const stage = recorder.stage.name;
  const unsaved = stage === "counting" || stage === "recording" || stage === "taken";
  const leaving = useBlocker({
    shouldBlockFn: () => unsaved && !saved.current,
    enableBeforeUnload: () => unsaved && !saved.current,
    withResolver: true,
  });
  // What the studio plays must not come into the recording.
  useEffect(() => {
    if (stage === "counting") audio.pause();
  }, [stage, audio]);

  function save(take: Blob, name: string) {
    const file = new File([take], name, { type: "audio/wav" });
    saved.current = true;
    if (!wizard) {
      uploads.add([file], true);
      void navigate({ to: "/library" });
      return;
    }
    uploads.add([file], true, (id) => addToDraft(wizard, id));
    const voice = wizard === NEW_VOICE ? undefined : wizard;
    void navigate({ to: "/voices/new", search: { step: "sources", voice } });
  }
  return (
    <>
      <PageHead title={t("recordVoice")} lead={t("recordLead")} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <section aria-label={t("microphone")} className="card p-6">
          <RecorderPanel
            recorder={recorder}
            saveText={wizard ? "saveToVoice" : "saveToLibrary"}
            onSave={save}
          />
        </section>
        <ScriptPanel />
      </div>
      <Confirm
        open={leaving.status === "blocked"}
        onClose={() => leaving.reset?.()}
        onConfirm={() => leaving.proceed?.()}
        title={t("leaveTakeTitle")}
        description={t("leaveTakeText")}
        action={t("leaveTake")}
      />
    </>
  );
}
