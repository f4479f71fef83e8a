import { expect, it } from "vitest";
import type { AudioFile, Job } from "../../api/types";
import { actionsOf } from "./cardText";
import { replaced, replacementOf } from "./replacements";

const job = (
  source: string,
  state: Job["state"],
  results: Partial<AudioFile>[],
  created_at = "2026-01-01",
) => ({ source: { id: source, name: source }, state, results, created_at }) as Job;

it("offers each thing that can be done once", () => {
  expect(
    actionsOf([
      { advice: "denoise" },
      { advice: "record-again" },
      { advice: "denoise" },
      { advice: "remove" },
    ]),
  ).toEqual(["remove", "denoise"]);
  expect(actionsOf([{ advice: "nothing" }, { advice: "add-more" }])).toEqual([]);
});

it("finds what was made of a recording: the newest, measured, and no accompaniment", () => {
  const jobs = [
    job("b", "succeeded", [{ id: "other", stem: "cleaned", state: "ready" }]),
    job("a", "running", []),
    job("a", "succeeded", [
      { id: "band", stem: "instrumental", state: "ready" },
      { id: "new", stem: "vocals", state: "ready" },
    ]),
    job("a", "succeeded", [{ id: "old", stem: "cleaned", state: "ready" }], "2025-12-31"),
  ];
  const found = replacementOf(jobs, "a");
  expect(found.running).toBe(jobs[1]);
  expect(found.file?.id).toBe("new");
  expect(replacementOf(jobs, "c")).toEqual({ running: undefined, file: undefined });
  const probing = [job("a", "succeeded", [{ id: "n", stem: "cleaned", state: "probing" }])];
  expect(replacementOf(probing, "a").file).toBeUndefined();
});

it("puts the new file where the old one was, once", () => {
  expect(replaced(["a", "b", "c"], "b", "x")).toEqual(["a", "x", "c"]);
  expect(replaced(["a", "b", "x"], "a", "x")).toEqual(["x", "b"]);
});
