import { expect, it } from "vitest";
import { comparedOf, jobFilter } from "./filter";

it("takes days whole, by the reader's clock", () => {
  const { created_after, created_before, ...rest } = jobFilter({
    kind: "cover",
    after: "2026-11-01",
    before: "2026-11-01",
  });
  expect(rest).toEqual({ kind: "cover", sounds: true });
  const span =
    new Date(String(created_before)).getTime() - new Date(String(created_after)).getTime();
  expect(span).toBe(86_400_000);
  expect(new Date(String(created_after)).getHours()).toBe(0);
  expect(jobFilter({})).toEqual({ sounds: true });
});

it("compares mixes, and nothing that is not ready", () => {
  const file = (id: string, stem: "mix" | "lead", state = "ready") => ({ id, stem, state });
  const job = (results: object[]) => ({ kind: "cover", results }) as never;
  expect(comparedOf(job([file("1", "lead"), file("2", "mix")]))).toBe("2");
  expect(comparedOf(job([file("1", "lead"), file("2", "mix", "probing")]))).toBe("1");
  expect(comparedOf(job([]))).toBeUndefined();
});
