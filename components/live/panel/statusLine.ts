import {h} from "../../ui/dom.js";
import {methods} from "../../model/methods/index.js";
import {hostOf} from "../catalog.js";
import {megabytes} from "../format.js";
import type {DeviceKind} from "../capabilities.js";
import type {Stage} from "../protocol.js";
import type {LiveSession, LiveState} from "./session.js";

/** Where the work is, a way to stop it, what went wrong and what can be done about it. */
export function statusLine(session: LiveSession): HTMLElement {
  const words = h("span", {class: "live-stage"});
  const bar = h("progress", {max: 1, "aria-label": "Progress"});
  const cancel = h("button", {type: "button", onclick: () => session.cancel()}, "Cancel");
  const notes = h("p", {class: "live-notes", role: "status"});
  const failure = h("div", {class: "live-failure", role: "alert"});
  const line = h("div", {class: "live-progress"}, words, bar, cancel);
  let failed: LiveState["failure"];
  session.subscribe((state) => {
    const {stage} = state;
    words.textContent = stage ? stageWords(stage) : idleWords(state);
    const done = stage ? stageDone(stage) : undefined;
    if (done === undefined) bar.removeAttribute("value");
    else bar.value = done;
    bar.hidden = cancel.hidden = !stage;
    line.dataset.stage = stage?.stage ?? "idle";
    notes.textContent = state.notes.join(" ");
    if (failed === state.failure) return;
    failed = state.failure;
    // A question is no alarm.
    failure.classList.toggle("is-question", failed?.kind === "remote");
    failure.replaceChildren(...(failed ? [h("p", {}, failed.message), offers(session, state)] : []));
  });
  return h("div", {class: "live-status"}, line, notes, failure);
}

function stageWords(stage: Stage): string {
  switch (stage.stage) {
    case "download":
      return `${stage.from === "network" ? "Downloading the model" : "Reading the stored model"}: ${megabytes(stage.bytes)} of ${megabytes(stage.total)}`;
    case "runtime":
      return "Starting ONNX Runtime";
    case "image":
      return "Reading the picture";
    case "dump":
      return "Reading the attention and checking every row";
    case "layers":
      return stage.done ? `Layer ${stage.done} of ${stage.of}` : "Compiling the first layers";
    case "words":
      return `Reading the words: ${stage.done} of ${stage.of} sentences`;
    case "segmentation":
      return `Segmenting with ${titles(stage.methods)}: ${Math.round(100 * stage.done)} %`;
    default:
      throw new Error(`invalid stage: ${stage satisfies never}`);
  }
}

/** "SFP", "SFP and ClearCLIP", "5 methods". */
function titles(names: readonly string[]): string {
  return names.length > 2 ? `${names.length} methods` : names.map((name) => methods[name]?.title ?? name).join(" and ");
}

/** The done fraction; undefined where nobody knows. */
function stageDone(stage: Stage): number | undefined {
  switch (stage.stage) {
    case "download":
      return stage.bytes / stage.total;
    case "layers":
      return stage.done ? stage.done / stage.of : undefined;
    case "words":
      return stage.done / stage.of;
    case "segmentation":
      return stage.done;
    default:
      return undefined;
  }
}

function idleWords({failure, whole, device}: LiveState): string {
  // What was refused since does not undo what was computed.
  if (failure && failure.kind !== "input") return "";
  return whole && device ? `Computed here, on ${device}.` : "";
}

function offers(session: LiveSession, {failure, kind, fit, source}: LiveState): HTMLElement | string {
  const button = (label: string, act: () => unknown) => h("button", {type: "button", onclick: () => void act()}, label);
  if (failure?.kind === "remote" && source && "entry" in source)
    return h(
      "p",
      {class: "live-offers"},
      button(`Fetch them from ${hostOf(source.entry)}`, () => session.allow())
    );
  // What cannot be used is not to be tried again.
  if (failure?.kind === "input") return "";
  const list = [button("Try again", () => session.run())];
  if (failure?.kind === "memory" && fit.size > 224)
    list.unshift(button("Use 224 px", () => session.run({fit: {shape: "square", size: 224}})));
  const runOn = async (other: DeviceKind) => {
    await session.use({kind: other});
    // What failed before the picture was seen is begun here.
    if (!session.state.whole) await session.run();
  };
  if (kind === "webgpu-float16") list.push(button("Use float32", () => runOn("webgpu")));
  if (kind !== "wasm") list.push(button("Use WebAssembly", () => runOn("wasm")));
  return h("p", {class: "live-offers"}, ...list);
}
