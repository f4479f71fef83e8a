import { describe, expect, it } from "vitest";
import { expiryOf, NOUNS, scopesOf } from "./scopes";

describe("scopesOf", () => {
  it("knows the schema's nouns", () => {
    expect(NOUNS).toContain("conversions");
    expect(NOUNS).toContain("keys");
    expect(new Set(NOUNS).size).toBe(NOUNS.length);
  });

  it("takes the whole or what was chosen", () => {
    expect(scopesOf("read", { files: "write" })).toEqual(["read"]);
    expect(scopesOf("write", {})).toEqual(["write"]);
    expect(scopesOf("chosen", { jobs: "read", files: "write", voices: "" })).toEqual([
      "files:write",
      "jobs:read",
    ]);
  });
});

describe("expiryOf", () => {
  it("counts days from now, or never", () => {
    const now = new Date("2026-11-26T00:00:00Z");
    expect(expiryOf(30, now)).toBe("2026-12-26T00:00:00.000Z");
    expect(expiryOf(0, now)).toBeNull();
  });
});
