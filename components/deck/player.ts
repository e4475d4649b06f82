/**
 * A deck in one file: the program that such a file carries. `data/player.txt.ts` bundles it as a classic script, because
 * browsers load no modules from disk.
 */
import {figureCatalog} from "../figures/catalog.js";
import {startTalk, talkButton} from "../page/talk.js";
import {startTheme} from "../page/theme.js";
import {parseDeck} from "../site/deck/codec.js";
import {holdFiles} from "../site/files.js";
import {h} from "../ui/dom.js";
import {reasonOf} from "../ui/reason.js";
import {whenSeen} from "../ui/whenSeen.js";
import {slideView} from "./slideView.js";

/** What the file holds beside this program. */
interface Held {
  /** The text of `deck.json`. */
  deck: string;
  /** Where the site is whose figures these are. */
  site: string;
}

function start(): void {
  const page = globalThis as {sfpFiles?: Record<string, string>; sfpHeld?: Held};
  const main = document.getElementById("observablehq-main")!;
  startTheme();
  holdFiles(new Map(Object.entries(page.sfpFiles ?? {})));
  const {deck: text, site} = page.sfpHeld!;
  const deck = parseDeck(text, new Set(figureCatalog.map(({id}) => id)));
  const views = deck.slides.map((slide, i) => slideView(deck, slide, String(i + 1)));
  main.append(
    h("header", {class: "player-head"}, h("h1", {}, deck.title), talkButton()),
    ...views.map(({element}) => element),
    h(
      "footer",
      {class: "player-foot"},
      "Made with ",
      h("a", {href: site}, "SFP Explorer"),
      ". This file needs no network."
    )
  );
  for (const {element, fill} of views) whenSeen(element, fill);
  startTalk();
}

try {
  start();
} catch (thrown) {
  document.body.append(h("p", {role: "alert"}, `This file cannot be shown: ${reasonOf(thrown)}`));
}
