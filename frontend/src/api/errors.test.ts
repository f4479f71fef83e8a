import { describe, expect, it } from "vitest";
import { ApiError, errorText, toApiError } from "./errors";

const text = { ko: "이름이 너무 깁니다.", en: "The name is too long." };

describe("toApiError", () => {
  it("reads the server's shape", () => {
    const error = toApiError(
      {
        error: {
          code: "invalid",
          message: text,
          field: "name",
          fields: { name: { code: "max_length", message: text } },
        },
      },
      400,
    );
    expect(error).toMatchObject({ status: 400, code: "invalid", text, fields: { name: text } });
    expect(errorText(error, "ko")).toBe(text.ko);
    expect(errorText(error, "en")).toBe(text.en);
  });

  it("makes a sentence of what is not ours", () => {
    for (const body of [undefined, "<h1>Bad Gateway</h1>", {}, { error: null }, []]) {
      const error = toApiError(body, 502);
      expect(error.code).toBe("http-502");
      expect(error.text.ko).toMatch(/다시 시도/);
      expect(error.fields).toEqual({});
    }
  });

  it("says that the server can't be reached", () => {
    expect(toApiError(new TypeError("fetch"), 0).code).toBe("network");
    expect(errorText(new TypeError("fetch"), "en")).toMatch(/can't be reached/);
  });

  it("keeps an error that it made itself", () => {
    const error = new ApiError(404, "not-found", text, {});
    expect(toApiError(error, 500)).toBe(error);
  });
});
