import type { Currency, Language } from "../api/types";

const LOCALES: Record<Language, string> = { ko: "ko-KR", en: "en-US" };

/** `3:07`, or `1:02:03` from an hour on. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const tail = String(whole % 60).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export function formatSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function formatDate(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(iso));
}

/**
 * Up to so many digits after the point, thousands apart; Korean and English write alike. Without
 * `Intl`, which reads its tables at the first use: numbers stand on every page's first paint.
 */
export function formatNumber(value: number, digits = 1): string {
  const [whole = "", rest = ""] = Math.abs(value).toFixed(digits).split(".");
  const tail = rest.replace(/0+$/, "");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (tail && `.${tail}`);
  return value < 0 && text !== "0" ? `-${text}` : text;
}

/** Won as they are, dollars from cents: `₩19,900`, `$15.00`. */
export function formatMoney(amount: number, currency: Currency, language: Language): string {
  const dollars = currency === "usd";
  return new Intl.NumberFormat(LOCALES[language], {
    style: "currency",
    currency: currency.toUpperCase(),
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: dollars ? 2 : 0,
    maximumFractionDigits: dollars ? 2 : 0,
  }).format(dollars ? amount / 100 : amount);
}

/** A day without its year: `11. 26.`, `Nov 26`. */
export function formatDay(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${iso}T00:00:00Z`));
}

/** With its sign where it is not zero: `+3`, `-0.5`. */
export function formatSigned(value: number): string {
  const text = formatNumber(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

const UNITS: Record<Language, [string, string, string]> = {
  ko: ["시간", "분", "초"],
  en: ["h", "min", "s"],
};

/** A duration in words: `1분 30초`, `2시간 5분`. */
export function formatSpan(seconds: number, language: Language): string {
  const [hour, minute, second] = UNITS[language];
  const gap = language === "ko" ? "" : " ";
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const parts = [
    hours > 0 ? `${hours}${gap}${hour}` : "",
    minutes > 0 ? `${minutes}${gap}${minute}` : "",
    hours === 0 && (whole % 60 > 0 || minutes === 0) ? `${whole % 60}${gap}${second}` : "",
  ];
  return parts.filter(Boolean).join(" ");
}

/** Seconds to a tenth where whole ones say too little: `0.3초`, `12초`. */
export function formatSeconds(seconds: number, language: Language): string {
  if (seconds >= 9.95) return formatSpan(seconds, language);
  const gap = language === "ko" ? "" : " ";
  return `${formatNumber(seconds)}${gap}${UNITS[language][2]}`;
}

export function formatHertz(hertz: number): string {
  return hertz >= 1000 ? `${(hertz / 1000).toFixed(1).replace(/\.0$/, "")} kHz` : `${hertz} Hz`;
}

const NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** The nearest note of equal temperament at A4 = 440 Hz, such as `A3`. */
export function noteName(hertz: number): string {
  return midiName(Math.round(69 + 12 * Math.log2(hertz / 440)));
}

/** The name of a MIDI note: 69 is `A4`. */
export function midiName(midi: number): string {
  return `${NOTES[((midi % 12) + 12) % 12]}${Math.floor(midi / 12) - 1}`;
}
