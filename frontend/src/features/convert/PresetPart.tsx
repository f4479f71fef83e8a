import { useQueryClient } from "@tanstack/react-query";
import { Save, Trash2, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, type SungKind } from "../../api/calls";
import { useBuiltinPresets, usePresets } from "../../api/queries";
import type { SoundPreset } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Confirm, Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Menu, MenuItem } from "../../ui/Menu";
import { RenameDialog } from "../../ui/RenameDialog";
import { Switch } from "../../ui/Switch";
import { MoreButton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import type { Knob, KnobValues } from "../knobs";
import { isPreset, presetOf } from "../settings";

interface Props {
  kind: SungKind;
  knobs: Knob[];
  changes: KnobValues;
  onTake: (settings: KnobValues) => void;
}

export interface NamedSettings {
  id: string;
  name: string;
  settings: KnobValues;
  own?: SoundPreset;
}

/** The studio's presets, then the workspace's own of this kind. */
export function useNamedSettings(kind: SungKind): NamedSettings[] {
  const { pick } = useI18n();
  const builtin = useBuiltinPresets().data?.results ?? [];
  const own = usePresets(kind).data ?? [];
  return [
    ...builtin
      .filter(({ kinds }) => kinds.includes(kind))
      .map(({ id, name, settings }) => ({
        id,
        name: pick(name),
        settings: settings as KnobValues,
      })),
    ...own.map((preset) => ({
      id: preset.id,
      name: preset.name,
      settings: preset.settings as KnobValues,
      own: preset,
    })),
  ];
}

/** Settings by name: to take, to save, to share. */
export function PresetPart({ kind, knobs, changes, onTake }: Props) {
  const { t, pick } = useI18n();
  const presets = useNamedSettings(kind);
  const query = usePresets(kind);
  const builtin = useBuiltinPresets().data?.results ?? [];
  const [saving, setSaving] = useState(false);
  const taken = presets.find(({ settings }) => isPreset(knobs, changes, settings));
  const text = builtin.find(({ id }) => id === taken?.id)?.text;
  return (
    <div className="grid gap-3">
      <ul aria-label={t("presets")} className="flex flex-wrap gap-2">
        {presets.map((preset) => (
          <li key={preset.id} className="flex items-center">
            <button
              type="button"
              aria-pressed={taken?.id === preset.id}
              onClick={() => onTake(preset.settings)}
              className={`inline-flex min-h-10 items-center gap-1.5 rounded-full px-4 text-sm font-medium ring-1 ring-inset ${taken?.id === preset.id ? "bg-violet/20 text-violet-soft ring-violet" : "text-muted ring-edge hover:text-text"}`}
            >
              {preset.name}
              {preset.own?.shared && <Users aria-label={t("sharedPreset")} className="size-3.5" />}
            </button>
            {preset.own?.mine && <PresetMenu preset={preset.own} now={presetOf(knobs, changes)} />}
          </li>
        ))}
      </ul>
      <p className="min-h-5 text-sm text-faint">
        {text ? pick(text) : taken ? "" : t("presetChanged")}
      </p>
      <MoreButton query={query} />
      <Button
        size="small"
        className="justify-self-start"
        icon={<Save aria-hidden className="size-4" />}
        onClick={() => setSaving(true)}
      >
        {t("savePreset")}
      </Button>
      <Dialog
        open={saving}
        onClose={() => setSaving(false)}
        title={t("savePreset")}
        description={t("savePresetText")}
      >
        <SaveForm
          kind={kind}
          settings={presetOf(knobs, changes)}
          onSaved={() => setSaving(false)}
        />
      </Dialog>
    </div>
  );
}

interface SaveProps {
  kind: SungKind;
  settings: KnobValues;
  onSaved: () => void;
}

function SaveForm({ kind, settings, onSaved }: SaveProps) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useAction({
    mutationFn: () => api.createPreset({ name: name.trim(), kind, settings, shared }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["presets", kind] });
      onSaved();
    },
  });
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) save.mutate();
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <TextField
        label={t("presetName")}
        placeholder={t("presetNameExample")}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Switch
        label={t("sharePreset")}
        hint={t("sharePresetText")}
        checked={shared}
        onChange={setShared}
      />
      <Button
        type="submit"
        look="primary"
        className="justify-self-end"
        busy={save.isPending}
        disabled={!name.trim()}
      >
        {t("save")}
      </Button>
    </form>
  );
}

function PresetMenu({ preset, now }: { preset: SoundPreset; now: KnobValues }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [asked, setAsked] = useState<"rename" | "remove">();
  const onSuccess = async () => {
    await client.invalidateQueries({ queryKey: ["presets", preset.kind] });
    setAsked(undefined);
  };
  const change = useAction(
    {
      mutationFn: (body: Parameters<typeof api.updatePreset>[1]) =>
        api.updatePreset(preset.id, body),
      onSuccess,
    },
    { inline: true },
  );
  const remove = useAction({ mutationFn: () => api.deletePreset(preset.id), onSuccess });
  const icon = "size-4.5";
  return (
    <>
      <Menu label={t("moreNamed", { name: preset.name })}>
        <MenuItem
          icon={<Save aria-hidden className={icon} />}
          onClick={() => change.mutate({ settings: now })}
        >
          {t("updatePreset")}
        </MenuItem>
        <MenuItem
          icon={<Users aria-hidden className={icon} />}
          onClick={() => change.mutate({ shared: !preset.shared })}
        >
          {t(preset.shared ? "unsharePreset" : "sharePreset")}
        </MenuItem>
        <MenuItem icon={<Save aria-hidden className={icon} />} onClick={() => setAsked("rename")}>
          {t("rename")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden className={icon} />}
          onClick={() => setAsked("remove")}
        >
          {t("remove")}
        </MenuItem>
      </Menu>
      <RenameDialog
        open={asked === "rename"}
        onClose={() => setAsked(undefined)}
        name={preset.name}
        busy={change.isPending}
        error={change.error}
        onRename={(name) => change.mutate({ name })}
      />
      <Confirm
        open={asked === "remove"}
        onClose={() => setAsked(undefined)}
        onConfirm={() => remove.mutate()}
        busy={remove.isPending}
        title={t("deletePresetTitle")}
        description={t("deletePresetText", { name: preset.name })}
        action={t("remove")}
      />
    </>
  );
}
