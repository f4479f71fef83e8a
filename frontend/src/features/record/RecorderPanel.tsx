import { Circle, Mic, MicOff, Square, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type Key, useI18n } from "../../i18n";
import { formatClock } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { SelectField } from "../../ui/Field";
import { Spinner } from "../../ui/states";
import { LevelMeter } from "./LevelMeter";
import type { Warning } from "./levels";
import { TakePanel } from "./TakePanel";
import type { Trouble, useRecorder } from "./useRecorder";

const TROUBLES: Record<Trouble, { title: Key; text: Key }> = {
  denied: { title: "micDenied", text: "micDeniedText" },
  missing: { title: "micMissing", text: "micMissingText" },
  unsupported: { title: "micUnsupported", text: "micUnsupportedText" },
  lost: { title: "micLost", text: "micLostText" },
  failed: { title: "micFailed", text: "micFailedText" },
};
const WARNINGS: Record<Warning, Key> = { clipping: "warnClipping", quiet: "warnQuiet" };

interface Props {
  recorder: ReturnType<typeof useRecorder>;
  /** What the button says that keeps a take. */
  saveText: Key;
  onSave: (take: Blob, name: string) => void;
}

/** The microphone: what stage it is at, and what can be done then. */
export function RecorderPanel({ recorder, saveText, onSave }: Props) {
  const { t } = useI18n();
  const { stage } = recorder;
  switch (stage.name) {
    case "off":
      return (
        <Notice
          icon={<Mic aria-hidden className="size-7" />}
          title={t("micOff")}
          text={t("micOffText")}
        >
          <Button
            look="primary"
            icon={<Mic aria-hidden className="size-4.5" />}
            onClick={() => recorder.open()}
          >
            {t("turnMicOn")}
          </Button>
        </Notice>
      );
    case "asking":
      return (
        <div>
          <p role="status" className="text-center text-muted">
            {t("micAsking")}
          </p>
          <Spinner />
        </div>
      );
    case "trouble":
      return (
        <Notice
          alert
          icon={<MicOff aria-hidden className="size-7" />}
          title={t(TROUBLES[stage.trouble].title)}
          text={t(TROUBLES[stage.trouble].text)}
        >
          {stage.trouble !== "unsupported" && (
            <Button onClick={() => recorder.open()}>{t("tryAgain")}</Button>
          )}
        </Notice>
      );
    case "taken":
      return (
        <div className="grid gap-5">
          <Warnings of={recorder.warnings} />
          <TakePanel
            take={stage.take}
            url={stage.url}
            saveText={saveText}
            onSave={(name) => onSave(stage.take, name)}
            onAgain={recorder.again}
          />
        </div>
      );
    default:
      return <Console recorder={recorder} />;
  }
}

function Console({ recorder }: { recorder: Props["recorder"] }) {
  const { t } = useI18n();
  const { stage, devices, seconds, warnings } = recorder;
  const recording = stage.name === "recording";
  return (
    <div className="grid gap-6">
      <SelectField
        label={t("inputDevice")}
        value={recorder.deviceId ?? ""}
        disabled={stage.name !== "listening"}
        onChange={(event) => recorder.open(event.target.value)}
      >
        {devices.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || t("inputNumber", { number: index + 1 })}
          </option>
        ))}
      </SelectField>
      <LevelMeter listen={recorder.listen} />
      <div className="grid min-h-32 place-items-center">
        {stage.name === "counting" ? (
          <p role="status" className="text-7xl font-bold text-violet-soft tabular-nums">
            {stage.left}
          </p>
        ) : (
          <p
            role={recording ? "timer" : undefined}
            className={`flex items-center gap-4 text-5xl font-bold tabular-nums ${recording ? "" : "text-faint"}`}
          >
            <Circle
              aria-hidden
              className={`size-5 ${recording ? "animate-pulse-soft fill-bad text-bad" : "text-faint"}`}
            />
            {formatClock(recording ? seconds : 0)}
          </p>
        )}
      </div>
      <Warnings of={recording ? warnings : []} />
      <div className="flex justify-center gap-2">
        {stage.name === "listening" && (
          <Button
            look="primary"
            size="large"
            icon={<Circle aria-hidden className="size-4.5 fill-current" />}
            onClick={recorder.start}
          >
            {t("startRecording")}
          </Button>
        )}
        {stage.name === "counting" && (
          <Button size="large" onClick={recorder.giveUp}>
            {t("cancelRecording")}
          </Button>
        )}
        {recording && (
          <Button
            look="danger"
            size="large"
            icon={<Square aria-hidden className="size-4.5 fill-current" />}
            onClick={recorder.stop}
          >
            {t("stopRecording")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Keeps room for one warning, so that nothing moves under a finger. */
function Warnings({ of }: { of: Warning[] }) {
  const { t } = useI18n();
  return (
    <div role="alert" className="grid min-h-12 content-center gap-2">
      {of.map((warning) => (
        <p key={warning} className="flex items-start gap-2 text-sm text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {t(WARNINGS[warning])}
        </p>
      ))}
    </div>
  );
}

interface NoticeProps {
  icon: ReactNode;
  title: string;
  text: string;
  alert?: boolean;
  children: ReactNode;
}

function Notice({ icon, title, text, alert, children }: NoticeProps) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className="grid justify-items-center gap-3 px-2 py-10 text-center"
    >
      <div
        className={`grid size-16 place-items-center rounded-2xl ring-1 ${alert ? "bg-bad/12 text-bad ring-bad/30" : "bg-violet/15 text-violet-soft ring-violet/30"}`}
      >
        {icon}
      </div>
      <h2 className="text-lg font-bold">{title}</h2>
      <p className="max-w-md text-muted">{text}</p>
      <div className="mt-2">{children}</div>
    </div>
  );
}
