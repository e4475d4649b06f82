/** The page's end of the dump worker. */
import {guardedSource} from "../records/absent.js";
import type {RecordSource, Trunk} from "../records/record.js";
import {Cache} from "../site/cache.js";
import type {Running} from "./client.js";
import {LiveError} from "./failure.js";
import type {DumpAsk, DumpCalls, DumpName, DumpTell, OpenedDump} from "./protocol.js";

interface PendingAnswer {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** One worker with one dump of attention. */
export class DumpReader {
  readonly #worker = new Worker(import.meta.resolve("./worker/dump.worker.js"), {type: "module"});
  readonly #waiting = new Map<number, PendingAnswer>();
  #last = 0;

  constructor() {
    this.#worker.addEventListener("message", ({data}: MessageEvent<DumpTell>) => {
      const asker = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("error" in data) asker?.reject(new LiveError(data.error));
      else asker?.resolve(data.answer as never);
    });
    this.#worker.addEventListener("error", ({message}) =>
      this.#end({
        kind: "other",
        message: `The page's worker could not run${message ? `: ${message}` : "."} Reload the page.`
      })
    );
  }

  /**
   * Reads a dump and the photo that it is of.
   *
   * @param files one file of arrays, or the .npy files of one folder
   * @returns an answer that is rejected with the file, array, layer and head where it is wrong
   */
  open(files: readonly File[], photo: Blob): Running<OpenedDump> {
    return {answer: this.#call("open", {files: [...files], photo}), cancel: () => this.close()};
  }

  /** The dump as figures read any record. */
  source({record}: OpenedDump): RecordSource {
    const layers = new Cache((key) => {
      const [trunk, layer] = key.split(" ");
      return this.#call("maps", {trunk: trunk as Trunk, layer: Number(layer)});
    }, 4);
    return guardedSource({
      record,
      attention: async (trunk, layer) => (await layers.get(`${trunk} ${layer}`)).mean,
      headAttention: async (trunk, layer) => (await layers.get(`${trunk} ${layer}`)).heads,
      tokens: (trunk, layer) => this.#call("tokens", {trunk, layer}),
      features: (stage) => this.#call("features", {stage}),
      repairs: () => Promise.reject(new Error("an import has none"))
    });
  }

  /** Ends the worker and gives its memory back; what was asked of it is rejected. */
  close(): void {
    this.#worker.terminate();
    this.#end({kind: "cancelled", message: "Cancelled."});
  }

  #call<N extends DumpName>(name: N, ask: DumpCalls[N]["ask"]): Promise<DumpCalls[N]["answer"]> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject});
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      this.#worker.postMessage({id, name, ask} as DumpAsk);
    });
  }

  #end(failure: ConstructorParameters<typeof LiveError>[0]): void {
    for (const {reject} of this.#waiting.values()) reject(new LiveError(failure));
    this.#waiting.clear();
  }
}
