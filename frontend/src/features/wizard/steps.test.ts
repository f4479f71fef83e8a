import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft, readDraft, trainParams, withFile } from "./draft";
import { STEPS, type Step } from "./stepNames";
import { missingIn, missingInFiles, reachable } from "./steps";

const full: Draft = {
  ...emptyDraft(),
  name: "두리",
  consent: { singer: "두리", scope: "own", agreedTo: "v1" },
  source: "dataset",
  dataset: "d",
};
const missing = (draft: Draft, step: Step) => missingIn(step, draft, undefined, "v1");

describe("the steps", () => {
  it("let one through where nothing is missing", () => {
    expect(STEPS.map((step) => missing(full, step))).toEqual([null, null, null, null, null]);
  });

  it.each([
    ["consent", { name: " " }, "missingName"],
    ["consent", { consent: { ...full.consent, singer: "" } }, "missingSinger"],
    ["consent", { consent: { ...full.consent, agreedTo: "v0" } }, "missingConsent"],
    ["sources", { dataset: "" }, "missingDataset"],
    ["sources", { source: "files" }, "missingFiles"],
    ["settings", { params: { ...full.params, total_steps: 0 } }, "missingLimits"],
  ] as [Step, Partial<Draft>, string][])("%s misses what is not there: %j", (step, change, key) => {
    expect(missing({ ...full, ...change }, step)).toBe(key);
  });

  it("lead to the first that is not done", () => {
    expect(reachable("start", (step) => missing({ ...full, dataset: "" }, step))).toBe("sources");
    expect(reachable("start", (step) => missing(full, step))).toBe("start");
    expect(reachable("consent", (step) => missing(emptyDraft(), step))).toBe("consent");
  });
});

describe("a draft", () => {
  it("comes back as it was kept", () => {
    expect(readDraft(JSON.stringify(full))).toEqual(full);
  });

  it("takes what is new from the defaults, and nonsense for nothing", () => {
    expect(readDraft('{"name":"두리","params":{"total_steps":5}}')).toEqual({
      ...emptyDraft(),
      name: "두리",
      params: { ...emptyDraft().params, total_steps: 5 },
    });
    expect(readDraft("{")).toEqual(emptyDraft());
    expect(readDraft(null)).toEqual(emptyDraft());
  });

  it("renders the phrase at every checkpoint unless told otherwise", () => {
    const params = { ...full.params, total_steps: 600, checkpoint_every: 100 };
    expect(trainParams({ params, touched: [] }).previews).toBe(6);
    expect(
      trainParams({ params: { ...params, previews: 2 }, touched: ["previews"] }).previews,
    ).toBe(2);
    expect(trainParams({ params: { ...params, total_steps: 90_000 }, touched: [] }).previews).toBe(
      50,
    );
    expect(trainParams({ params: { ...params, total_steps: 10 }, touched: [] }).previews).toBe(4);
  });
});

describe("a take that was recorded on the way", () => {
  it("is chosen beside the others, once", () => {
    const draft = { ...full, files: ["a"] };
    expect(withFile(withFile(draft, "b"), "b")).toEqual({
      ...full,
      source: "files",
      files: ["a", "b"],
    });
  });

  it.each([
    [["ready", "ready"], null],
    [["ready", "uploading"], "takesStored"],
    [["probing", "failed"], "takesStored"],
    [["ready", "failed"], "takesFailed"],
  ] as const)("lets one on as its state is: %j", (states, key) => {
    const files = states.map((state) => ({ state }));
    expect(missingInFiles({ source: "files" }, files)).toBe(key);
    expect(missingInFiles({ source: "dataset" }, files)).toBeNull();
  });
});
