import type {PhotoRecord} from "../controls/allRecords.js";
import type {Feed, View} from "../controls/feed.js";
import type {DiagonalReading} from "./diagonalReading.js";
import {readDiagonal} from "./diagonalReading.js";
import {decisionName} from "./diagonalControls.js";
import {figure, provenance} from "./figure.js";
import {follow} from "./follow.js";
import {marksLegend} from "./legend.js";
import {maximum} from "./reading.js";
import {scatterStrip} from "./scatterStrip.js";
import {whenSeen} from "./whenSeen.js";

/** The scatter of the chosen layer for every photo of the site, on common axes; a click chooses the photo. */
export function diagonalByImage(feed: Feed, load: (model: string) => Promise<PhotoRecord[]>): HTMLElement {
  const {store} = feed;
  let all: PhotoRecord[] = [];
  let asked = "";
  let seen = false;
  const strip = scatterStrip({
    items: [],
    label: "attention from the class token across, to itself up",
    domain: [0, 1],
    factor: 1,
    least: 150,
    onPick: (item) => store.set({image: all[item].photo.id})
  });
  strip.style.minHeight = "170px";
  const frame = figure(strip, {
    id: "diagonal-images",
    title: "The same layer in every photo",
    waiting: "Loading the analyses of all photos.",
    lede: "The scatter of the chosen layer for every photo of this site, on common axes, times uniform. A click chooses the photo.",
    legend: [marksLegend(["token", "outlier"])],
    reading:
      "The line is the same for all, and no constant was fitted to any of them. How many patches it takes differs from photo to photo."
  });
  const draw = (view: View) => {
    const {selection, choice, record} = view;
    const {factor, cap, heads, scale} = selection;
    const readings: DiagonalReading[] = all.map((one) =>
      readDiagonal(one.record, {
        trunk: choice.trunk,
        layer: Math.min(choice.layer, one.record.layers - 1),
        factor,
        cap,
        heads
      })
    );
    const domain = [0, maximum(...readings.flatMap(({x, y}) => [x, y]))] as const;
    strip.update({
      domain,
      scale,
      factor,
      current: all.findIndex(({photo}) => photo.id === selection.image),
      items: readings.map(({x, y, members, count}, i) => ({
        label: all[i].photo.title,
        note: `${count}`,
        x,
        y,
        members
      }))
    });
    const counts = readings.map(({count}) => count).toSorted((a, b) => a - b);
    frame.update({
      waiting: "",
      title: `In layer ${choice.layer + 1} the line takes ${counts[0]} to ${counts.at(-1)} of ${readings[0].x.length} patches, depending on the photo`,
      lede: `Layer ${choice.layer + 1} of every photo of this site, on common axes from 0 to ${domain[1].toPrecision(2)} times uniform: from the class token across, to itself up. The number is that of outliers; a click chooses the photo.`,
      source: provenance(
        {...record, image: `${all.length} photos`},
        {layer: choice.layer + 1, trunk: choice.trunk, factor, cap, notes: [decisionName(heads)]}
      )
    });
    frame.dataset.drawn = `${choice.layer + 1} ${readings.map(({count}) => count).join(" ")}`;
  };
  const ask = (view: View) => {
    const {model} = view.selection;
    if (model === asked) return;
    asked = model;
    load(model).then(
      (records) => {
        all = records;
        if ("view" in feed.state) draw(feed.state.view);
      },
      (error: unknown) => frame.update({failure: error instanceof Error ? error.message : String(error)})
    );
  };
  follow(feed, frame, (view) => {
    if (seen) ask(view);
    if (all.length && asked === view.selection.model) draw(view);
    else frame.update({waiting: "Loading the analyses of all photos."});
  });
  whenSeen(frame, () => {
    seen = true;
    if ("view" in feed.state) ask(feed.state.view);
  });
  return frame;
}
