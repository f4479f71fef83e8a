import type { Bilingual, Language } from "./types";

/** A refusal of the server, with its sentence in both languages and the fields it concerns. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly text: Bilingual;
  readonly fields: Record<string, Bilingual>;

  constructor(status: number, code: string, text: Bilingual, fields: Record<string, Bilingual>) {
    super(`${status} ${code}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.text = text;
    this.fields = fields;
  }
}

const UNREACHABLE: Bilingual = {
  ko: "서버에 연결할 수 없습니다. 인터넷 연결을 확인하고 다시 시도해 주세요.",
  en: "The server can't be reached. Check your connection and try again.",
};
const UNEXPECTED: Bilingual = {
  ko: "문제가 생겼습니다. 잠시 후 다시 시도해 주세요.",
  en: "Something went wrong. Please try again in a moment.",
};

/** Turns any answer or exception into an ApiError; `status` 0 means that no answer came. */
export function toApiError(body: unknown, status: number): ApiError {
  if (body instanceof ApiError) return body;
  if (status === 0) return new ApiError(0, "network", UNREACHABLE, {});
  const problem = property(body, "error");
  const text = bilingual(property(problem, "message")) ?? UNEXPECTED;
  const code = property(problem, "code");
  const fields: Record<string, Bilingual> = {};
  const given = property(problem, "fields");
  if (isRecord(given)) {
    for (const [name, value] of Object.entries(given)) {
      const sentence = bilingual(property(value, "message") ?? firstOf(value));
      if (sentence) fields[name] = sentence;
    }
  }
  const field = property(problem, "field");
  if (typeof field === "string" && !(field in fields)) fields[field] = text;
  return new ApiError(status, typeof code === "string" ? code : `http-${status}`, text, fields);
}

/** The sentence to show for anything that was thrown. */
export function errorText(error: unknown, language: Language): string {
  if (error instanceof ApiError) return error.text[language];
  return (error instanceof TypeError ? UNREACHABLE : UNEXPECTED)[language];
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function property(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function bilingual(value: unknown): Bilingual | undefined {
  if (typeof value === "string" && value) return { ko: value, en: value };
  const ko = property(value, "ko");
  const en = property(value, "en");
  return typeof ko === "string" && typeof en === "string" ? { ko, en } : undefined;
}
