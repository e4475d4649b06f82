// Reads a dump of attention off the main thread, checks every number of it, and answers figures from it.
import type {ReadDump} from "../../exchange/record.js";
import {crop, type Picture} from "../../model/image/pixels.js";
import type {Grid} from "../../records/record.js";
import {squareOf} from "../cut.js";
import {failureOf} from "../failure.js";
import type {DumpAsk, DumpCalls, DumpName, DumpTell} from "../protocol.js";
import {readDumpFiles} from "./dumpFiles.js";
import {decodePicture, opaque} from "./picture.js";
import {reduced} from "./segmenting.js";

let read: ReadDump | undefined;

const calls: {[N in DumpName]: (ask: DumpCalls[N]["ask"]) => Promise<DumpCalls[N]["answer"]>} = {
  async open({files, photo}) {
    const {picture, note} = await decodePicture(photo);
    const found = await readDumpFiles(files);
    ({read} = found);
    const {record} = read;
    return {record, notes: [...(note ? [note] : []), ...found.notes], ...picturesOf(picture, record.grid)};
  },
  maps: async ({trunk, layer}) => opened().maps(trunk, layer),
  tokens: async ({trunk, layer}) => opened().tokens(trunk, layer),
  features: async ({stage}) => opened().features(stage)
};

function opened(): ReadDump {
  if (!read) throw new Error("No dump is open.");
  return read;
}

/** What of the photo the grid lies on, and all of it. A square grid lies on the middle square. */
function picturesOf(picture: Picture, [rows, columns]: Grid) {
  const whole = opaque(reduced(picture));
  if (rows !== columns) return {square: whole, whole};
  const {left, top, side} = squareOf(picture, 0.5);
  return {square: opaque(reduced(crop(picture, left, top, side, side))), whole};
}

function tell(message: DumpTell): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  postMessage(message);
}

addEventListener("message", async ({data: {id, name, ask}}: MessageEvent<DumpAsk>) => {
  try {
    const call = calls[name] as (ask: unknown) => Promise<DumpCalls[DumpName]["answer"]>;
    tell({id, answer: await call(ask)});
  } catch (error) {
    tell({id, error: failureOf(error)});
  }
});
