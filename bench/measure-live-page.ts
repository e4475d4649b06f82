/** What `measure-live.ts` runs inside the page: functions that stand alone, because they are sent there as text. */
import type {LiveModel} from "../components/live/client.js";
import type {DeviceKind} from "../components/live/capabilities.js";
import type {ModelSource} from "../components/live/catalog.js";
import type {Decoded} from "../components/live/worker/picture.js";
import type {LexiconFile} from "../components/model/lexicon.js";
import type {segment} from "../components/model/segmentation/segment.js";
import type {Pixels} from "../components/model/runtime.js";

/** Times since the picture was given, in ms. */
export interface Marks {
  outliers: number;
  layers: number;
  mask: number;
  masks: number;
  /** Tasks over 50 ms on the main thread. */
  long: number[];
  /** The methods and their windows. */
  drawn: string;
  device: string;
}

/** Times a run of the Live page from the next change of its picture on; `globalThis.run` resolves to the marks. */
export function watchRun(): void {
  const rows = document.querySelector("#figure-class-rows-by-layer")!;
  const mask = document.querySelector<HTMLElement>("#figure-mask")!;
  const line = document.querySelector<HTMLElement>(".live-progress")!;
  const input = document.querySelector<HTMLInputElement>('input[accept="image/*"]')!;
  const long: number[] = [];
  const tasks = new PerformanceObserver((list) => long.push(...list.getEntries().map(({duration}) => duration)));
  const marks: Partial<Marks> = {};
  let start = 0;
  let begun = false;
  const run = new Promise<Marks>((resolve) => {
    const observer = new MutationObserver(() => {
      const now = performance.now() - start;
      const {stage} = line.dataset;
      if (start === 0) return;
      // What the run before has left is drawn until the first layers are.
      if (stage === "image" || stage === "layers") begun = true;
      if (!begun) return;
      const count = rows.querySelectorAll(".strip button").length;
      const before = stage === "image" || line.textContent!.includes("Compiling");
      if (!before && count > 0) marks.outliers ??= now;
      if (stage !== "image" && stage !== "layers") marks.layers ??= now;
      const drawn = mask.dataset.drawn ?? "{}";
      if (marks.layers && drawn !== "{}") marks.mask ??= now;
      if (!marks.mask || stage !== "idle" || !line.textContent!.includes("Computed here")) return;
      observer.disconnect();
      tasks.disconnect();
      const device = line.textContent!.replace(/.*, on |\.[^.]*$/g, "");
      resolve({...(marks as Marks), masks: now, long, drawn, device});
    });
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributeFilter: ["data-stage", "data-drawn"]
    });
  });
  tasks.observe({type: "longtask"});
  input.addEventListener("change", () => (start = performance.now()), {once: true, capture: true});
  Object.assign(globalThis, {run});
}

export interface Compared {
  device: string;
  /** Milliseconds of each round. */
  clip: number[];
  sfp: number[];
  /** Eight windows one by one, and at once. */
  one: number[];
  eight: number[];
  shells: {
    classes: number;
    windows: number;
    width: number;
    height: number;
    network: number[];
    /** All else: resizing, cutting windows, cosines, labels. */
    shell: number[];
  }[];
}

export interface ComparedAsk {
  /** Addresses of modules and files. */
  client: string;
  segment: string;
  picture: string;
  lexicon: string;
  model: string;
  config: string;
  photo: string;
  device: string;
  classes: number[];
  repeat: number;
}

/** Times graphs in turns, and the shell around them. The shell runs here as it does in the worker: the same code. */
export async function compareInPage(ask: ComparedAsk): Promise<Compared> {
  const {LiveModel: Live} = (await import(ask.client)) as {
    LiveModel: new (source: ModelSource, kind: DeviceKind) => LiveModel;
  };
  const {segment: segmentImage} = (await import(ask.segment)) as {segment: typeof segment};
  const {decodePicture} = (await import(ask.picture)) as {decodePicture(file: Blob): Promise<Decoded>};
  const blob = async (address: string) => (await fetch(address)).blob();
  const live = new Live(
    {id: "measured", weights: await blob(ask.model), config: await blob(ask.config)},
    ask.device as DeviceKind
  );
  const {geometry, device} = await live.open().answer;
  const side = geometry.trainedGrid * geometry.patch;
  const grid = [geometry.trainedGrid, geometry.trainedGrid] as const;

  const noise = (batch: number): Pixels => ({
    dims: [batch, 3, side, side],
    data: Float32Array.from({length: batch * 3 * side * side}, (_, i) => Math.sin(i * 12.9898) * 1.5)
  });
  const features = async (method: string, pixels: Pixels) =>
    (await live.call("run", {request: {method, grid, outputs: ["features"]}, pixels}).answer).features;
  const time = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };

  const result: Compared = {device, clip: [], sfp: [], one: [], eight: [], shells: []};
  const [single, several] = [noise(1), noise(8)];
  const steps = {
    clip: () => features("clip", single),
    sfp: () => features("sfp", single),
    one: async () => {
      for (let i = 0; i < 8; ++i) await features("sfp", single);
    },
    eight: () => features("sfp", several)
  };
  for (let round = 0; round <= ask.repeat; ++round)
    for (const name of ["clip", "sfp", "sfp", "clip", "one", "eight"] as const) {
      const taken = await time(steps[name]);
      // The first round makes the sessions.
      if (round > 0) result[name].push(taken);
    }

  const {picture: image} = await decodePicture(await blob(ask.photo));
  const names = ((await (await fetch(ask.lexicon)).json()) as LexiconFile).classes.map(([name]) => name);
  for (const count of ask.classes) {
    const words = [...new Set(names)].filter(
      (_, i, {length}) => Math.floor((i * count) / length) !== Math.floor(((i - 1) * count) / length)
    );
    const {vectors} = live.lexicon
      ? live.lexicon.vectors(words)
      : {vectors: Float32Array.from({length: count * geometry.features}, (_, i) => Math.sin(i * 78.233))};
    const {width, height} = image;
    const shell: Compared["shells"][number] = {classes: count, windows: 0, width, height, network: [], shell: []};
    for (let round = 0; round <= ask.repeat; ++round) {
      let network = 0;
      const total = await time(async () => {
        const {windows} = await segmentImage({
          image,
          colours: geometry,
          padTo: geometry.patch,
          batch: 1,
          text: vectors,
          classes: words.map((word) => ({words: [word]})),
          features: async (pixels) => {
            const start = performance.now();
            const {dims, data} = await features("sfp", pixels);
            network += performance.now() - start;
            return {grid, width: dims[2], data: data as Float32Array};
          }
        });
        shell.windows = windows;
      });
      if (round === 0) continue;
      shell.network.push(network);
      shell.shell.push(total - network);
    }
    result.shells.push(shell);
  }
  live.close();
  return result;
}
