import { expect, it } from "vitest";
import type { Job } from "../../api/types";
import { progressOf } from "./batch";

const job = (state: Job["state"], fraction: number) => ({ state, fraction });

it("weighs all jobs alike and counts those that have ended", () => {
  const jobs = [job("succeeded", 0.9), job("failed", 0.2), job("running", 0.5), job("queued", 0)];
  expect(progressOf(jobs)).toEqual({ all: 4, ended: 2, failed: 1, fraction: 0.625 });
});

it("has not begun without jobs", () => {
  expect(progressOf([])).toEqual({ all: 0, ended: 0, failed: 0, fraction: 0 });
});
