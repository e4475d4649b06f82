import {imagePicker} from "../../page/imagePicker.js";
import {menu, segmented} from "../../ui/inputs.js";
import {listPhotos, photoFile} from "../../site/library.js";
import {h} from "../../ui/dom.js";
import {hasCamera, photograph} from "./camera.js";
import {acceptDrops, acceptPastes, type Open} from "./arrivals.js";
import type {DeviceKind} from "../capabilities.js";
import {hostOf, type ModelEntry} from "../catalog.js";
import {fitChoices, fitName, readFit} from "./choices.js";
import {ownPicture} from "../../site/guest.js";
import {failureOf} from "../failure.js";
import {forgetRun} from "../kept/run.js";
import {pictureFrame} from "./pictureFrame.js";
import {dumpFiles} from "./dump.js";
import {modelOfFiles} from "./modelFiles.js";
import type {LiveSession, LiveState} from "./session.js";
import {statusLine} from "./statusLine.js";

export interface LivePanel {
  element: HTMLElement;
  /** Offers a photo, without running it. */
  show(image: string): void;
}

/** Shows attention from files, with the photo that it is of. */
export type OpenDump = (files: readonly File[], photo: {file: Blob; title: string}) => Promise<void>;

/** Where the reader chooses a picture, a model, a device and a size, and sees how far it is. */
export function livePanel(
  session: LiveSession,
  initial: string,
  {openDump, saving}: {openDump: OpenDump; saving: HTMLElement}
): LivePanel {
  const refuse = (error: unknown) => session.refuse(failureOf(error).message);
  const open: Open = (file, title, note) => void session.run({chosen: {id: ownPicture, title, file}}, note);
  const openPhoto = (id: string) => choosePhoto(session, id).catch(refuse);
  const openFiles = (files: readonly File[]) => void openAttention(session, files, openDump).catch(refuse);

  let offered = initial;
  const picker = imagePicker({photos: [], image: "", onChange: (id) => void openPhoto(id)});
  void listPhotos().then((list) => picker.update({photos: list}));
  const run = h("button", {type: "button", class: "live-run", onclick: () => void runOffered()});
  const runOffered = () => (offered === session.state.chosen?.id ? session.run() : openPhoto(offered));
  const size = menu<string>({
    label: "Looks at",
    options: fitChoices,
    value: fitName(session.state.fit),
    onChange: (value) => void session.run({fit: readFit(value)})
  });
  const hint = h("span", {class: "live-hint"});
  const forget = forgetButton();
  const machine = machinePlace(session);
  const pictures = [pictureFile(open), cameraButton(open, refuse), attentionFile(openFiles)];
  const element = h(
    "section",
    {class: "live-panel", "aria-label": "Your picture"},
    h("div", {class: "live-row"}, picker, run, ...pictures, hint),
    h("div", {class: "live-row"}, size, machine.element),
    h("div", {class: "live-work"}, pictureFrame(session), h("div", {}, statusLine(session), saving, forget))
  );
  acceptDrops(element, {picture: open, refuse: (reason) => session.refuse(reason), others: openFiles});
  acceptPastes(open, (reason) => session.refuse(reason));

  let last: LiveState["chosen"];
  const write = (state: LiveState) => {
    const {chosen, fit, stale} = state;
    if (chosen && chosen !== last) offered = chosen.id;
    last = chosen;
    const same = offered === chosen?.id;
    // A link carries everything but the picture that it was made with.
    const absent = offered === ownPicture && !same;
    run.hidden = absent || (same && !stale);
    forget.hidden = chosen?.id !== ownPicture;
    run.textContent = same ? "Run again with these choices" : "Run on this photo";
    hint.textContent = absent ? "or drop or paste one: this link leaves its picture out" : "or drop or paste one";
    // A picture of the reader's own is no photo of the site: its title stands in for a thumbnail.
    picker.update({image: offered !== ownPicture ? offered : same ? chosen!.title : "Choose a photo"});
    size.update({value: fitName(fit)});
    machine.show(state);
  };
  session.subscribe(write);
  const show = (image: string) => {
    offered = image;
    write(session.state);
  };
  return {element, show};
}

/** Files that are no picture alone: a dump of attention with its photo, or a model's. */
async function openAttention(session: LiveSession, files: readonly File[], openDump: OpenDump): Promise<void> {
  const dump = await dumpFiles(files);
  if (!dump.length) return openModelFiles(session, files);
  const photo = files.find(({type}) => type.startsWith("image/"));
  const {chosen} = session.state;
  if (!photo && !chosen)
    return session.refuse(`${dump[0].name} holds attention: open or drop it together with the photo that it is of.`);
  await openDump(dump, photo ? {file: photo, title: photo.name} : {file: chosen!.file, title: chosen!.title});
}

/** A label that opens files; the same ones can be chosen again after they were changed. */
function filesLabel(
  label: string,
  {title, ...attributes}: {accept: string; multiple?: boolean; title?: string},
  take: (files: readonly File[]) => void
): HTMLElement {
  const input = h("input", {
    type: "file",
    class: "visually-hidden",
    ...attributes,
    onchange: () => {
      take([...(input.files ?? [])]);
      input.value = "";
    }
  });
  return h("label", {class: "live-button", title}, input, label);
}

function pictureFile(open: Open): HTMLElement {
  return filesLabel("Open a picture…", {accept: "image/*"}, ([file]) => {
    if (file) void open(file, file.name);
  });
}

function attentionFile(openFiles: (files: readonly File[]) => void): HTMLElement {
  const title = "Attention that your own code computed (.npz, .npy, .arrow, .safetensors), with its photo";
  const accept = ".npz,.npy,.arrow,.feather,.safetensors,image/*";
  return filesLabel("Open attention…", {accept, multiple: true, title}, openFiles);
}

function cameraButton(open: Open, refuse: (error: unknown) => void): HTMLElement {
  const shoot = async () => {
    const picture = await photograph();
    if (picture) await open(picture, "a photograph");
  };
  return h("button", {type: "button", hidden: !hasCamera(), onclick: () => void shoot().catch(refuse)}, "Photograph…");
}

function forgetButton(): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: "live-forget",
      title: "Delete the picture and what was computed of it from this browser",
      onclick: () => void forgetRun().finally(() => location.assign(location.pathname))
    },
    "Forget this picture"
  );
}

/** The model and the device, made anew when what there is to choose has changed. */
function machinePlace(session: LiveSession): {element: HTMLElement; show: (state: LiveState) => void} {
  const element = h("div", {class: "live-machine"});
  let drawn: unknown;
  const show = (state: LiveState) => {
    const {capabilities, models, kind, source} = state;
    const key = [capabilities, models, kind, source].map((each) => JSON.stringify(each)).join();
    if (drawn === key || !capabilities) return;
    drawn = key;
    element.replaceChildren(...machineInputs(session, state));
  };
  return {element, show};
}

async function choosePhoto(session: LiveSession, id: string): Promise<void> {
  const {
    photo: {title, credit, target, background},
    file
  } = await photoFile(id);
  await session.run({chosen: {id, title, credit, target, background, file}});
}

const inHalves = {
  value: "webgpu-float16" as const,
  label: "WebGPU in float16",
  hint: "The blocks’ products in half precision: near the threshold, outliers may differ"
};

function machineInputs(session: LiveSession, {capabilities, models, kind, source}: LiveState): HTMLElement[] {
  const {adapter, refused, threads, cores} = capabilities!;
  const inputs: HTMLElement[] = [];
  const own = source && !("entry" in source) ? [{value: source.id, label: `${source.id}, your file`}] : [];
  const options = [...models.map((entry) => ({value: entry.id, label: modelLabel(entry)})), ...own];
  if (options.length)
    inputs.push(
      menu<string>({
        label: "Model",
        options,
        value: session.modelId ?? "",
        onChange: (id) => {
          const entry = models.find((each) => each.id === id);
          if (entry) void session.use({source: {entry}});
        }
      })
    );
  const wasm = `WebAssembly, ${threads} thread${threads > 1 ? "s" : ""}`;
  if (adapter)
    inputs.push(
      segmented<DeviceKind>({
        label: "Runs on",
        options: [
          {
            value: "webgpu",
            label: `WebGPU: ${adapter.name}`,
            hint: adapter.software ? "A software adapter: right, but slow" : ""
          },
          ...(adapter.f16 ? [inHalves] : []),
          {value: "wasm", label: wasm}
        ],
        value: kind,
        onChange: (value) => void session.use({kind: value})
      })
    );
  else inputs.push(h("span", {class: "live-device"}, `Runs on ${wasm}. `, h("small", {}, refused!)));
  if (kind === "wasm" && threads < cores && isolating())
    inputs.push(h("button", {type: "button", onclick: () => location.reload()}, `Reload to use ${cores} threads`));
  inputs.push(ownModel(session));
  return inputs;
}

/** A model's name, and its host where that is not this site. */
function modelLabel(entry: ModelEntry): string {
  const host = hostOf(entry);
  return host ? `${entry.id}, from ${host}` : entry.id;
}

/** Whether a service worker stands ready to isolate this page when it loads again. */
function isolating(): boolean {
  return navigator.serviceWorker?.controller != null || document.documentElement.dataset.isolation === "ready";
}

/** Takes the model that files are, or says what is missing among them. */
function openModelFiles(session: LiveSession, files: readonly File[]): void {
  try {
    void session.use({source: modelOfFiles(files)});
  } catch (error) {
    session.refuse(failureOf(error).message);
  }
}

/** Opens a model from the reader's disk; it is read, not uploaded. */
function ownModel(session: LiveSession): HTMLElement {
  const accept = ".safetensors,.pt,.pth,.bin,.json,.txt,.gz";
  return filesLabel("Open a model…", {accept, multiple: true}, (files) => openModelFiles(session, files));
}
