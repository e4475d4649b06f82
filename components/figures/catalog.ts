/**
 * Every figure of the site, declared once, in the order of its page: any page can list them, and draw any of them by
 * its id (`showNamed`). The mask figure of the Live page is none of them: it belongs to that page's session.
 */
import type {Feed, Place} from "../site/feed.js";
import type {ReportPlace} from "./results/report.js";
import type {QuantityId} from "./side/quantities.js";

/** Draws a figure once for a place. The element follows its selection from then on. */
export type Draw<P extends Place> = (place: P) => HTMLElement;

/** What kinds of figure need: one photo's numbers, those of many images, or what was published and measured. */
export interface PlaceOf {
  view: Feed;
  corpus: Place;
  report: ReportPlace;
}

interface Declared<N extends keyof PlaceOf> {
  /** The end of its anchor, `#figure-ID`, and its name in links. */
  id: string;
  /** Its page: a file of `src/` without `.md`. */
  page: string;
  /** What it is called in lists. The figure itself has a title that says what is seen. */
  title: string;
  needs: N;
  /** What two sides of it are compared by, patch by patch: a third map shows the difference. */
  difference?: readonly QuantityId[];
  /** Loads its code. The path is written out, because only such files become part of the site. */
  load: () => Promise<Draw<PlaceOf[N]>>;
}

export type FigureEntry = {[N in keyof PlaceOf]: Declared<N>}[keyof PlaceOf];

export const catalog: readonly FigureEntry[] = [
  {
    id: "overview",
    page: "index",
    title: "A few patches grow far longer than all others",
    needs: "view",
    difference: ["norms", "class"],
    load: async () => (await import("./overview/overview.js")).overviewFigure
  },
  {
    id: "attention",
    page: "attention",
    title: "Whoever looks, the outliers are what is seen",
    needs: "view",
    difference: ["target", "background", "class", "diagonal", "margin"],
    load: async () => (await import("./attention/maps.js")).attentionFigure
  },
  {
    id: "decision",
    page: "attention",
    title: "One line decides which patches are outliers",
    needs: "view",
    difference: ["margin"],
    load: async () => (await import("./attention/decision.js")).decisionFigure
  },
  {
    id: "class-rows-by-layer",
    page: "attention",
    title: "When outliers appear, layer by layer",
    needs: "view",
    difference: ["class"],
    load: async () => (await import("./attention/classRows.js")).classRowsByLayer
  },
  {
    id: "class-rows-by-head",
    page: "attention",
    title: "Which heads look at them",
    needs: "view",
    difference: ["class"],
    load: async () => (await import("./attention/classRows.js")).classRowsByHead
  },
  {
    id: "whole-map",
    page: "attention",
    title: "The whole map: what all tokens look at is a column",
    needs: "view",
    load: async () => (await import("./attention/wholeMap.js")).wholeMapFigure
  },
  {
    id: "diagonal",
    page: "diagonal",
    title: "Each patch’s attention to itself against the class token’s",
    needs: "view",
    difference: ["class", "diagonal"],
    load: async () => (await import("./diagonal/scatter.js")).diagonalFigure
  },
  {
    id: "diagonal-layers",
    page: "diagonal",
    title: "The cloud sinks through the line as layers go by",
    needs: "view",
    load: async () => (await import("./diagonal/layers.js")).diagonalByLayer
  },
  {
    id: "margins",
    page: "diagonal",
    title: "Are outliers set apart, or do they only just cross the line?",
    needs: "view",
    difference: ["margin"],
    load: async () => (await import("./diagonal/layers.js")).marginFigure
  },
  {
    id: "diagonal-images",
    page: "diagonal",
    title: "The same layer in every photo",
    needs: "view",
    load: async () => (await import("./diagonal/images.js")).diagonalByImage
  },
  {
    id: "heads",
    page: "heads",
    title: "What each head of each layer attends to",
    needs: "view",
    load: async () => (await import("./heads/matrix.js")).headMatrix
  },
  {
    id: "head-row",
    page: "heads",
    title: "One head, one token",
    needs: "view",
    difference: ["target"],
    load: async () => (await import("./heads/rows.js")).headRows
  },
  {
    id: "propagation",
    page: "propagation",
    title: "Repaired as they arise, high-norm tokens do not travel on",
    needs: "view",
    difference: ["norms"],
    load: async () => (await import("./propagation/propagation.js")).propagationFigure
  },
  {
    id: "norms-by-layer",
    page: "propagation",
    title: "Norms are flattened; the test goes on firing",
    needs: "view",
    difference: ["norms"],
    load: async () => (await import("./propagation/normLines.js")).normLines
  },
  {
    id: "repair-from",
    page: "propagation",
    title: "From which layer on must outliers be repaired?",
    needs: "view",
    load: async () => (await import("./propagation/repairFrom.js")).repairFrom
  },
  {
    id: "token-raster",
    page: "propagation",
    title: "Few tokens are outliers for long",
    needs: "view",
    load: async () => (await import("./propagation/tokenRaster.js")).tokenRaster
  },
  {
    id: "births",
    page: "propagation",
    title: "Outliers come and go between layers",
    needs: "view",
    load: async () => (await import("./propagation/births.js")).birthsFigure
  },
  {
    id: "survival",
    page: "propagation",
    title: "How long an outlier remains one",
    needs: "view",
    load: async () => (await import("./propagation/births.js")).survivalFigure
  },
  {
    id: "stages",
    page: "features",
    title: "What repair and the last layer make of the features",
    needs: "view",
    load: async () => (await import("./features/features.js")).stagesFigure
  },
  {
    id: "rivals",
    page: "features",
    title: "What each method makes of the features",
    needs: "view",
    load: async () => (await import("./features/features.js")).rivalsFigure
  },
  {
    id: "integration",
    page: "integration",
    title: "What the pinned token gathers from",
    needs: "view",
    load: async () => (await import("./integration/integration.js")).integrationFigure
  },
  {
    id: "sinkhorn",
    page: "integration",
    title: "How soon rows and columns both sum to one",
    needs: "view",
    load: async () => (await import("./integration/sinkhorn.js")).sinkhornFigure
  },
  {
    id: "sums",
    page: "integration",
    title: "Normalisation evens out who gives, and keeps who gathers narrowly",
    needs: "view",
    load: async () => (await import("./integration/sinkhorn.js")).sumsFigure
  },
  {
    id: "segmentation",
    page: "segmentation",
    title: "One photo, one set of words, every method",
    needs: "view",
    load: async () => (await import("./segmentation/segmentation.js")).segmentationFigure
  },
  {
    id: "method-agreement",
    page: "segmentation",
    title: "Which methods decide alike",
    needs: "view",
    load: async () => (await import("./segmentation/agreement.js")).agreementFigure
  },
  {
    id: "detectors",
    page: "detectors",
    title: "What each detector takes for an outlier",
    needs: "view",
    difference: ["margin", "norms"],
    load: async () => (await import("./detectors/maps.js")).detectorMaps
  },
  {
    id: "agreement",
    page: "detectors",
    title: "Where detectors agree",
    needs: "view",
    load: async () => (await import("./detectors/maps.js")).detectorAgreement
  },
  {
    id: "score-lines",
    page: "detectors",
    title: "A patch that is first for one detector may be last for another",
    needs: "view",
    load: async () => (await import("./detectors/scoreLines.js")).scoreLines
  },
  {
    id: "agreement-by-layer",
    page: "detectors",
    title: "Does SOM find what the others find?",
    needs: "view",
    load: async () => (await import("./detectors/layers.js")).detectorLayers
  },
  {
    id: "corpus-counts",
    page: "corpus",
    title: "How many outliers, from which layer on",
    needs: "corpus",
    load: async () => (await import("./corpus/counts.js")).corpusCounts
  },
  {
    id: "corpus-onsets",
    page: "corpus",
    title: "When outliers first appear",
    needs: "corpus",
    load: async () => (await import("./corpus/counts.js")).corpusOnsets
  },
  {
    id: "corpus-places",
    page: "corpus",
    title: "Where outliers sit",
    needs: "corpus",
    load: async () => (await import("./corpus/places.js")).corpusPlaces
  },
  {
    id: "corpus-agreement",
    page: "corpus",
    title: "Do detectors agree over many images?",
    needs: "corpus",
    load: async () => (await import("./corpus/agreement.js")).corpusAgreement
  },
  {
    id: "corpus-content",
    page: "corpus",
    title: "What outliers show",
    needs: "corpus",
    load: async () => (await import("./corpus/places.js")).corpusContent
  },
  {
    id: "paper-code",
    page: "method",
    title: "The paper and its released code are two algorithms",
    needs: "view",
    load: async () => (await import("./method/paperCode.js")).paperCodeFigure
  },
  {
    id: "table1",
    page: "results",
    title: "Table 1: mIoU of methods on eight benchmarks",
    needs: "report",
    load: async () => (await import("./results/publishedTable.js")).publishedTable
  },
  {
    id: "timeline",
    page: "results",
    title: "Means of training-free methods by year",
    needs: "report",
    load: async () => (await import("./results/timeline.js")).timelineFigure
  },
  {
    id: "table2",
    page: "results",
    title: "Table 2: the steps of the method",
    needs: "report",
    load: async () => (await import("./results/stepTables.js")).ablationTable
  },
  {
    id: "table3",
    page: "results",
    title: "Table 3: the first layer of HAI’s sum",
    needs: "report",
    load: async () => (await import("./results/stepTables.js")).startLayersTable
  },
  {
    id: "table4",
    page: "results",
    title: "Table 4: two other backbones",
    needs: "report",
    load: async () => (await import("./results/backbonesTable.js")).backbonesTable
  },
  {
    id: "ladder",
    page: "results",
    title: "Each step of the method, under each reading of Eq. 7",
    needs: "report",
    load: async () => (await import("./results/ladder.js")).ladderFigure
  },
  {
    id: "start-layers",
    page: "results",
    title: "Where the sum of attention maps begins",
    needs: "report",
    load: async () => (await import("./results/startLayers.js")).startLayersFigure
  },
  {
    id: "options",
    page: "results",
    title: "One option changed at a time",
    needs: "report",
    load: async () => (await import("./results/options.js")).optionsFigure
  },
  {
    id: "methods",
    page: "results",
    title: "Every method on the same photos and the same words",
    needs: "report",
    load: async () => (await import("./results/methods.js")).methodsFigure
  },
  {
    id: "measured",
    page: "results",
    title: "Everything that was measured, class by class",
    needs: "report",
    load: async () => (await import("./results/measuredTable.js")).measuredTable
  }
];
