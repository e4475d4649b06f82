/** Shows a live run on every page: loaded from the head that the configuration gives to all. */
import {Lexicon} from "../../model/lexicon.js";
import type {Opened} from "../../site/feed.js";
import {admit, ownPicture} from "../../site/guest.js";
import {offerWords} from "../../site/lexicon.js";
import {canvasOf} from "../canvas.js";
import {isShown, keptRun, leaveRun, remember} from "./run.js";

admit(openRun);

/** The kept run, where the page asks for its model and picture. */
async function openRun(model: string, image: string): Promise<Opened | undefined> {
  const run = await keptRun();
  if (!run || run.chosen.id !== image || run.record.provenance.model !== model) return undefined;
  const own = image === ownPicture;
  // A photo of the site is opened so in the tab that ran it; one's own picture is nowhere else.
  if (!isShown(run)) {
    if (!own) return undefined;
    remember(run.key);
  }
  // The engine's client is fetched by those who have a run to show.
  const {keptSource, RevivedModel} = await import("./source.js");
  const revived = new RevivedModel(run);
  if (run.words) offerWords(model, new Lexicon(run.words.rows, run.words.file));
  else if (run.tower)
    offerWords(model, {
      tower: true,
      vectors: async (words) => (await revived.start()).call("words", {words: [...words]}).answer
    });
  const {id, title, credit, target, background} = run.chosen;
  const picture = {id, title, credit, target, background, image: canvasOf(run.square)};
  return {source: keptSource(run, revived), picture, live: {own, leave: leaveRun}};
}
