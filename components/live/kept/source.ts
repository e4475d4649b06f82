/** Where figures of other pages get a live run's numbers from: what was kept, else the model, which then starts again. */
import {guardedSource, heldTrunks} from "../../records/absent.js";
import {
  trunks,
  type AttentionMap,
  type FeatureMap,
  type RecordSource,
  type RepairSweep,
  type Trunk
} from "../../records/record.js";
import {LiveModel, liveSource} from "../client.js";
import type {KeptRun} from "./run.js";
import {drawer} from "./store.js";

/** Maps larger than this are computed again and not kept, in numbers: storage is the reader's. */
const mostKept = 2e6;

/**
 * A source whose answers are kept under the run's key as they come.
 *
 * @param holds whether the source still speaks of this run: a worker answers of the picture that it looked at last
 */
export function keeping(source: RecordSource, key: string, holds: () => boolean = () => true): RecordSource {
  const keep = async <T>(name: string, asked: Promise<T>): Promise<T> => {
    const found = await asked;
    if (holds() && sizeOf(found) <= mostKept) void drawer.write("parts", `${key} ${name}`, found).catch(() => {});
    return found;
  };
  const {tokens} = source;
  return {
    record: source.record,
    ...(tokens && {tokens: (trunk: Trunk, layer: number) => tokens(trunk, layer)}),
    attention: (trunk, layer) => keep(`attention ${trunk} ${layer}`, source.attention(trunk, layer)),
    headAttention: (trunk, layer) => keep(`heads ${trunk} ${layer}`, source.headAttention(trunk, layer)),
    features: (stage) => keep(`features ${stage}`, source.features(stage)),
    repairs: () => keep("repairs", source.repairs())
  };
}

/** Asks for what needs no run of the model, so that other pages have it at once. */
export async function keepAttention(source: RecordSource, holds: () => boolean): Promise<void> {
  const {layers, grid} = source.record;
  if ((grid[0] * grid[1] + 1) ** 2 > mostKept / layers) return;
  for (const trunk of trunks)
    for (let layer = 0; layer < layers && holds(); ++layer) await source.attention(trunk, layer);
}

/** Keeps all that a dump of attention holds: there is no model to ask again. */
export async function keepDump(source: RecordSource, key: string, holds: () => boolean): Promise<void> {
  const {record} = source;
  const known = keeping(source, key, holds);
  const {heads, features} = record.provenance.imported!;
  for (const trunk of heldTrunks(record))
    for (let layer = 0; layer < record.layers && holds(); ++layer) {
      await known.attention(trunk, layer);
      if (heads) await known.headAttention(trunk, layer);
    }
  for (const stage of features) await known.features(stage);
}

/** The numbers of a kept run, whatever page asks for them. */
export function keptSource(run: KeptRun, model = new RevivedModel(run)): RecordSource {
  const again = async () => keeping(await model.source(), run.key);
  const part = async <T>(name: string, compute: (source: RecordSource) => Promise<T>): Promise<T> =>
    (await drawer.read<T>("parts", `${run.key} ${name}`).catch(() => undefined)) ?? compute(await again());
  const asked = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, compute: (source: RecordSource) => Promise<T>): Promise<T> => {
    const known = asked.get(name) as Promise<T> | undefined;
    if (known) return known;
    const found = part(name, compute);
    asked.set(name, found);
    // A failure is not remembered, so that the next attempt asks again.
    found.catch(() => asked.delete(name));
    return found;
  };
  return guardedSource({
    record: run.record,
    attention: (trunk, layer) =>
      once<AttentionMap>(`attention ${trunk} ${layer}`, (source) => source.attention(trunk, layer)),
    headAttention: (trunk, layer) =>
      once<AttentionMap[]>(`heads ${trunk} ${layer}`, (source) => source.headAttention(trunk, layer)),
    features: (stage) => once<FeatureMap>(`features ${stage}`, (source) => source.features(stage)),
    repairs: () => once<RepairSweep>("repairs", (source) => source.repairs()),
    tokens: async (trunk, layer) => {
      const {tokens} = await model.source();
      return tokens!(trunk, layer);
    }
  });
}

/** The run's model, started in this page when the first figure needs it, with the run's picture in it. */
export class RevivedModel {
  #started?: Promise<LiveModel>;

  constructor(private readonly run: KeptRun) {}

  /** @throws Error saying why it does not run here */
  async source(): Promise<RecordSource> {
    return liveSource(await this.start(), this.run.record, this.run.options);
  }

  /** The model, open and with the picture looked at. */
  start(): Promise<LiveModel> {
    this.#started ??= this.begin();
    this.#started.catch(() => (this.#started = undefined));
    return this.#started;
  }

  private async begin(): Promise<LiveModel> {
    const {entry, kind, chosen, fit, at, options, record} = this.run;
    if (record.provenance.imported)
      throw new Error(
        "This part of your file is too large to be kept for other pages: open it on the Live page again."
      );
    if (!entry)
      throw new Error(
        `This was not computed while the Live page had ${record.provenance.model}, a model from your disk: open it there again.`
      );
    const model = new LiveModel({entry}, kind);
    try {
      await model.open().answer;
      await model.look({image: chosen.id, file: chosen.file, fit, at, options}).answer;
    } catch (error) {
      model.close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${record.provenance.model} does not run on this page: ${reason} Run it on the Live page.`, {
        cause: error
      });
    }
    return model;
  }
}

function sizeOf(found: unknown): number {
  if (Array.isArray(found)) return found.reduce((sum: number, each) => sum + sizeOf(each), 0);
  if (typeof found !== "object" || found === null) return 0;
  return Object.values(found).reduce(
    (sum: number, value) => sum + (ArrayBuffer.isView(value) && "length" in value ? Number(value.length) : 0),
    0
  );
}
