// How long a control's move keeps the main thread. Tests in this folder measure: nothing else runs beside them.
import assert from "node:assert/strict";
import {test} from "node:test";
import {frameTime, layerSlider, open, timeOfMove, twelveLayers} from "../../support/harness.js";
import {browser, openSite, site} from "../../support/site.js";

openSite();

/** A page, the figure that has to stand first, and the slider that is moved, through these values. */
const moves: readonly {path: string; figure?: string; slider?: string; values?: readonly number[]}[] = [
  {path: "", figure: "overview"},
  {path: "attention", figure: "attention"},
  {path: "diagonal", figure: "diagonal"},
  {path: "heads", figure: "head-row"},
  {path: "propagation", figure: "propagation"},
  {path: "detectors", figure: "detectors"},
  {path: "corpus", figure: "corpus-counts"},
  {
    path: "segmentation?image=rocket",
    figure: "segmentation",
    slider: "#figure-segmentation .slider input[type=range]",
    values: [0.2, 0.4, 0.6, 0.8, 1]
  },
  {
    path: "integration",
    figure: "integration",
    slider: "#figure-integration .slider input[type=range]",
    values: [1, 2, 3, 4, 5, 6, 7, 8]
  },
  {path: "integration", figure: "integration", values: [1, 3, 5, 7, 9, 11]},
  // Both sides of a split page, their difference, and the one range that they share.
  {path: "?b=index&b.image=dogs", figure: "overview-ab", slider: `.selection-bar > ${layerSlider}`},
  {path: "attention?b=index&b.trunk=purified", figure: "attention-ab", slider: `.selection-bar > ${layerSlider}`},
  {path: "method", slider: ".toy-controls input[type=range]", values: [0.6, 0.8, 1, 1.2, 1.4]}
];

for (const {path, figure, slider = layerSlider, values = twelveLayers} of moves)
  test(`/${path} redraws promptly after a move of ${slider}`, async (context) => {
    const {page} = await open(browser, site.url + path);
    if (figure) await page.locator(`#figure-${figure}[data-drawn]`).waitFor();
    const each = await timeOfMove(page, slider, values);
    context.diagnostic(`from a move to the painted frame: ${each.toFixed(1)} ms of the main thread`);
    // A split page draws both of its sides.
    const sides = path.includes("b=index") ? 2 : 1;
    assert.ok(each <= sides * frameTime, `${each.toFixed(1)} ms`);
    await page.close();
  });
