/** The Live page: a session tied to the site's feed, so that every figure of the other pages draws its results. */
import {FileAttachment} from "observablehq:stdlib";
import {Feed} from "../../site/feed.js";
import {selection, type Selection} from "../../site/selection.js";
import type {ModelEntry} from "../catalog.js";
import {liveSource, type LiveModel} from "../client.js";
import {amendRun, isShown, keepRun, keptRun} from "../kept/run.js";
import {canvasOf} from "../canvas.js";
import {keepAttention, keepDump, keeping, keptSource} from "../kept/source.js";
import type {ImageRecord} from "../../records/record.js";
import {isSlow, savesData, whenLoaded} from "../../ui/quiet.js";
import {fitName, readChoices, readMethods} from "./choices.js";
import {prepareIsolation} from "../isolation.js";
import {maskControls, methodsOf, type MaskControls} from "./maskControls.js";
import {DumpReader} from "../dumpClient.js";
import {livePanel, type OpenDump} from "./panel.js";
import {saveRun} from "./saveRun.js";
import {LiveSession} from "./session.js";
import {ownPicture} from "../../site/guest.js";
import {sfpOptions} from "./sfpOptions.js";

/** The parts of the page, for its Markdown to place. */
export interface LivePage {
  feed: Feed;
  panel: HTMLElement;
  /** SFP's switches and constants. */
  options: HTMLElement;
  mask: HTMLElement;
}

/**
 * Starts the page's session. The runtime, the model and the first graphs come while the reader reads; on a slow line, or
 * for whoever saves data, once something is run.
 */
export function livePage(): LivePage {
  let current: Parameters<Feed["show"]> | undefined;
  // Until the first run figures keep no place for what they will draw: the page would be empty boxes.
  const root = document.documentElement;
  root.dataset.live = "empty";
  const feed = new Feed(selection, async () => {
    if (!current) throw new Error("Nothing has been run yet. Choose a picture above.");
    const [source, picture] = current;
    return {source, picture};
  });
  /** The run that the other pages show; empty while another is on its way. */
  let kept = "";
  const show = (shown: Parameters<Feed["show"]>, complete = true) => {
    current = shown;
    const [{record}, picture] = shown;
    saving.offer(complete);
    delete root.dataset.live;
    // The address names what is shown, so that a link restores it.
    selection.set({model: record.provenance.model, image: picture.id});
    feed.show(...shown);
  };
  const session = new LiveSession((record, live, picture) => {
    const complete = record.layers === live.info?.geometry.layers;
    const source = liveSource(live, record, session.options);
    if (!complete) {
      kept = "";
      return show([source, picture], false);
    }
    const key = (kept = `${Date.now()} ${Math.random()}`);
    const holds = () => kept === key;
    const known = keeping(source, key, holds);
    show([known, picture]);
    void keep(session, live, {key, record}).then(
      () => keepAttention(known, holds),
      () => {}
    );
    queueMicrotask(masks.ask);
  }, readChoices(selection.value));
  const masks = maskControls(feed, session, {
    source: () => current?.[0],
    onMasks: (shown) => void amendRun(kept, {masks: shown}).catch(() => {})
  });
  session.subscribe(({stage}) => {
    if (stage?.stage === "image") kept = "";
  });
  const options = sfpOptions(session, feed, masks.ask, () => current);
  let reader: DumpReader | undefined;
  const openAttention: OpenDump = async (files, {file, title}) => {
    const next = new DumpReader();
    const chosen = {id: ownPicture, title, file};
    const opened = await session.readDump(next.open(files, file), chosen);
    if (!opened) return next.close();
    reader?.close();
    reader = next;
    const {record, square, whole} = opened;
    const source = next.source(opened);
    const key = (kept = `${Date.now()} ${Math.random()}`);
    const holds = () => kept === key;
    show([keeping(source, key, holds), {...chosen, image: canvasOf(square)}]);
    const {fit, at, kind} = session.state;
    const made = {key, record, ended: Date.now(), chosen, square, whole, fit, at, kind};
    await keepRun({...made, options: {}, device: "", tower: false}).then(
      () => keepDump(source, key, holds),
      () => {}
    );
  };
  const saving = saveRun(() => current && {source: current[0], methods: session.state.masks.map(({method}) => method)});
  const panel = livePanel(session, selection.value.image, {openDump: openAttention, saving: saving.element});
  void begin(session);
  void resume(session, masks, show).then(
    (key) => (kept ||= key ?? ""),
    () => {}
  );
  prepareIsolation();
  followAddress((chosen) => {
    session.restore({...readChoices(chosen), model: chosen.model, device: deviceOf(chosen)});
    options.show();
    masks.show(chosen);
    panel.show(chosen.image);
    // Figures stay as they are until the next run, and so do the names that they go by.
    if (current) selection.set({model: current[0].record.provenance.model, image: current[1].id});
  });
  return {feed, panel: panel.element, options: options.element, mask: masks.figure};
}

/** Has everything ready for a first picture, where that is in nobody's way, and says so for programs that wait for it. */
async function prepare(session: LiveSession): Promise<void> {
  if (savesData() || isSlow()) return;
  await session.prepare(methodsOf(session, readMethods(selection.value.live.methods)));
  document.documentElement.dataset.prepared = "yes";
}

/** Keeps a finished run for the other pages. */
async function keep(session: LiveSession, {info, source}: LiveModel, made: {key: string; record: ImageRecord}) {
  const {chosen, square, whole, fit, at, kind} = session.state;
  if (!chosen || !square || !whole || !info) return;
  await keepRun({
    ...made,
    ended: Date.now(),
    chosen,
    square,
    whole,
    fit,
    at,
    options: session.options,
    kind,
    device: info.device,
    words: info.words,
    tower: info.tower ?? false,
    ...("entry" in source && {entry: source.entry})
  });
}

/**
 * Shows the run that was kept, where the address still asks for it.
 *
 * @returns its key
 */
async function resume(
  session: LiveSession,
  masks: MaskControls,
  show: (shown: Parameters<Feed["show"]>) => void
): Promise<string | undefined> {
  const run = await keptRun();
  const {model, image} = selection.value;
  if (!run || !isShown(run) || run.chosen.id !== image || run.record.provenance.model !== model) return undefined;
  await session.resume(run);
  if (session.state.chosen !== run.chosen) return undefined;
  if (run.masks) masks.resume(run.masks);
  const {id, title, credit, target, background} = run.chosen;
  show([keptSource(run), {id, title, credit, target, background, image: canvasOf(run.square)}]);
  return run.key;
}

async function begin(session: LiveSession): Promise<void> {
  whenLoaded(() => void prepare(session));
  const models = FileAttachment("../../../data/models/index.json").json() as Promise<ModelEntry[]>;
  await session.begin(models, {model: selection.value.model, device: deviceOf(selection.value)});
  const {kind: first} = session.state;
  session.subscribe(({fit, at, kind}) => {
    // What the page chose by itself is no choice: the link's reader has another machine.
    const said = kind !== first || selection.value.live.device !== "auto";
    selection.set({live: {fit: fitName(fit), square: at, ...(said ? {device: kind} : {})}});
  });
}

function deviceOf({live: {device}}: Selection) {
  return device === "auto" ? undefined : device;
}

/** What a run depends on; all else on the page follows the selection by itself. */
const runsWith = ({model, image, live, method, words}: Selection) => [model, image, live, method, words.list];

/** Calls `show` when the browser goes back or forward to other choices than those of the page. */
function followAddress(show: (chosen: Selection) => void): void {
  let last = runsWith(selection.value);
  selection.subscribe((value, restored) => {
    const before = last;
    last = runsWith(value);
    if (restored && runsWith(value).some((part, i) => part !== before[i])) show(value);
  });
}
