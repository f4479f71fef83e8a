import { useI18n } from "../i18n";

export function Logo() {
  const { t } = useI18n();
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <span
        aria-hidden
        className="flex size-9 shrink-0 items-center justify-center gap-[2.5px] rounded-xl bg-linear-to-br from-[#a78bfa] to-violet-press shadow-[0_6px_18px_-6px_rgb(139_92_246/0.9)]"
      >
        {[8, 14, 20, 12, 7].map((height) => (
          <span key={height} className="w-[2.5px] rounded-full bg-white" style={{ height }} />
        ))}
      </span>
      <span className="truncate font-bold tracking-tight">{t("brand")}</span>
    </span>
  );
}
