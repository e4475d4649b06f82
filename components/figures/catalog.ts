/**
 * Every figure of the site, declared once, in the order of its page: any page can list them, and draw any of them by
 * its id (`showNamed`). The mask figure of the Live page is none of them: it belongs to that page's session.
 */
import type {Feed, Place} from "../site/feed.js";
import type {CausesPlace} from "./causes/causes.js";
import type {ReportPlace} from "./results/report.js";
import type {Compare} from "./side/comparison.js";
import type {QuantityId} from "./side/quantities.js";

/** Draws a figure once for a place. The element follows its selection from then on. */
export type Draw<P extends Place> = (place: P) => HTMLElement;

/**
 * What kinds of figure need: one photo's numbers, what changes of the network make of it, the numbers of many
 * images, or what was published and measured.
 */
export interface PlaceOf {
  view: Feed;
  causes: CausesPlace;
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
  /** Loads what two sides of it are compared by: further maps show the difference. */
  difference?: () => Promise<Compare>;
  /** Loads its code. The path is written out, because only such files become part of the site. */
  load: () => Promise<Draw<PlaceOf[N]>>;
}

export type FigureEntry = {[N in keyof PlaceOf]: Declared<N>}[keyof PlaceOf];

/** Compares by quantities that many figures show. */
function among(...ids: readonly QuantityId[]): () => Promise<Compare> {
  return async () => (await import("./side/quantities.js")).among(...ids);
}

/** The figure of an id; undefined where there is none. */
export function figureNamed(id: string): FigureEntry | undefined {
  return figureCatalog.find((entry) => entry.id === id);
}

export const figureCatalog: readonly FigureEntry[] = [
  {
    id: "overview",
    page: "index",
    title: "A few tokens reach norms far above the median",
    needs: "view",
    difference: among("norms", "class"),
    load: async () => (await import("./overview/overview.js")).overviewFigure
  },
  {
    id: "attention",
    page: "attention",
    title: "All three queries attend to the outliers",
    needs: "view",
    difference: among("target", "background", "class", "diagonal", "margin"),
    load: async () => (await import("./attention/maps.js")).attentionFigure
  },
  {
    id: "decision",
    page: "attention",
    title: "One line decides which patches are outliers",
    needs: "view",
    difference: among("margin"),
    load: async () => (await import("./attention/decision.js")).decisionFigure
  },
  {
    id: "class-rows-by-layer",
    page: "attention",
    title: "When outliers appear, layer by layer",
    needs: "view",
    difference: among("class"),
    load: async () => (await import("./attention/classRows.js")).classRowsByLayer
  },
  {
    id: "class-rows-by-head",
    page: "attention",
    title: "Which heads attend to the outliers",
    needs: "view",
    difference: among("class"),
    load: async () => (await import("./attention/classRows.js")).classRowsByHead
  },
  {
    id: "whole-map",
    page: "attention",
    title: "The whole attention matrix: a sink is a bright column",
    needs: "view",
    load: async () => (await import("./attention/wholeMap.js")).wholeMapFigure,
    difference: async () => (await import("./attention/compared.js")).compareWholeMap
  },
  {
    id: "diagonal",
    page: "diagonal",
    title: "Each patch’s attention to itself against the class token’s",
    needs: "view",
    difference: among("class", "diagonal"),
    load: async () => (await import("./diagonal/scatter.js")).diagonalFigure
  },
  {
    id: "diagonal-layers",
    page: "diagonal",
    title: "The points move below the line from layer to layer",
    needs: "view",
    load: async () => (await import("./diagonal/layers.js")).diagonalByLayer
  },
  {
    id: "margins",
    page: "diagonal",
    title: "Is there a gap between outliers and the other patches?",
    needs: "view",
    difference: among("margin"),
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
    load: async () => (await import("./heads/matrix.js")).headMatrix,
    difference: async () => (await import("./heads/compared.js")).compareHeads
  },
  {
    id: "head-row",
    page: "heads",
    title: "One head, one token",
    needs: "view",
    difference: among("target"),
    load: async () => (await import("./heads/rows.js")).headRows
  },
  {
    id: "causes-change",
    page: "causes",
    title: "Which neuron makes the high-norm patches?",
    needs: "causes",
    load: async () => (await import("./causes/change.js")).causesChange
  },
  {
    id: "causes-neurons",
    page: "causes",
    title: "The neurons behind the high-norm patches",
    needs: "causes",
    load: async () => (await import("./causes/neurons.js")).causesNeurons
  },
  {
    id: "causes-sweep",
    page: "causes",
    title: "How many neurons are enough?",
    needs: "causes",
    load: async () => (await import("./causes/sweep.js")).causesSweep
  },
  {
    id: "causes-words",
    page: "causes",
    title: "What the change does to masks and words",
    needs: "causes",
    load: async () => (await import("./causes/words.js")).causesWords
  },
  {
    id: "causes-heads",
    page: "causes",
    title: "What silencing a head does",
    needs: "causes",
    load: async () => (await import("./causes/heads.js")).causesHeads
  },
  {
    id: "causes-photos",
    page: "causes",
    title: "A few neurons carry the high-norm patches of all photos",
    needs: "corpus",
    load: async () => (await import("./causes/overPhotos.js")).causesOverPhotos
  },
  {
    id: "propagation",
    page: "propagation",
    title: "Repaired in each layer, high-norm tokens do not persist",
    needs: "view",
    difference: among("norms"),
    load: async () => (await import("./propagation/propagation.js")).propagationFigure
  },
  {
    id: "norms-by-layer",
    page: "propagation",
    title: "SOM flattens norms; Eq. 4 still selects patches",
    needs: "view",
    difference: among("norms"),
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
    load: async () => (await import("./propagation/tokenRaster.js")).tokenRaster,
    difference: async () => (await import("./propagation/compared.js")).compareRaster
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
    title: "For how many layers a patch stays an outlier",
    needs: "view",
    load: async () => (await import("./propagation/births.js")).survivalFigure
  },
  {
    id: "stages",
    page: "features",
    title: "Features after repair and after the last layer",
    needs: "view",
    load: async () => (await import("./features/features.js")).stagesFigure,
    difference: async () => (await import("./features/compared.js")).compareStages
  },
  {
    id: "rivals",
    page: "features",
    title: "The features of each method",
    needs: "view",
    load: async () => (await import("./features/features.js")).rivalsFigure,
    difference: async () => (await import("./features/compared.js")).compareRivals
  },
  {
    id: "integration",
    page: "integration",
    title: "Which patches the pinned token draws from",
    needs: "view",
    load: async () => (await import("./integration/integration.js")).integrationFigure,
    difference: async () => (await import("./integration/compared.js")).compareIntegration
  },
  {
    id: "sinkhorn",
    page: "integration",
    title: "How fast rows and columns both reach a sum of one",
    needs: "view",
    load: async () => (await import("./integration/sinkhorn.js")).sinkhornFigure
  },
  {
    id: "sums",
    page: "integration",
    title: "Normalisation equalises the contributions of patches; selective rows stay selective",
    needs: "view",
    load: async () => (await import("./integration/sinkhorn.js")).sumsFigure,
    difference: async () => (await import("./integration/compared.js")).compareSums
  },
  {
    id: "segmentation",
    page: "segmentation",
    title: "One photo, one set of words, every method",
    needs: "view",
    load: async () => (await import("./segmentation/segmentation.js")).segmentationFigure,
    difference: async () => (await import("./segmentation/compared.js")).compareMasks
  },
  {
    id: "method-agreement",
    page: "segmentation",
    title: "Which methods agree",
    needs: "view",
    load: async () => (await import("./segmentation/agreement.js")).agreementFigure,
    difference: async () => (await import("./segmentation/compared.js")).compareMethods
  },
  {
    id: "detectors",
    page: "detectors",
    title: "Which patches each detector selects",
    needs: "view",
    difference: among("margin", "norms"),
    load: async () => (await import("./detectors/maps.js")).detectorMaps
  },
  {
    id: "agreement",
    page: "detectors",
    title: "Where detectors agree",
    needs: "view",
    load: async () => (await import("./detectors/agreement.js")).detectorAgreement,
    difference: async () => (await import("./detectors/compared.js")).compareAgreement
  },
  {
    id: "score-lines",
    page: "detectors",
    title: "Detectors rank the same patches differently",
    needs: "view",
    load: async () => (await import("./detectors/scoreLines.js")).scoreLines
  },
  {
    id: "agreement-by-layer",
    page: "detectors",
    title: "Does SOM select the patches that the others select?",
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
    load: async () => (await import("./corpus/places.js")).corpusPlaces,
    difference: async () => (await import("./corpus/compared.js")).comparePlaces
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
    id: "corpus-search",
    page: "corpus",
    title: "Which photos have an outlier here?",
    needs: "corpus",
    load: async () => (await import("./corpus/search.js")).corpusSearch
  },
  {
    id: "corpus-paired",
    page: "corpus",
    title: "How two models, or two sets of images, differ",
    needs: "corpus",
    load: async () => (await import("./corpus/paired.js")).corpusPaired
  },
  {
    id: "models-photo",
    page: "models",
    title: "What each model does with the same photo",
    needs: "corpus",
    load: async () => (await import("./models/layers.js")).modelsOnPhoto
  },
  {
    id: "models-corpus",
    page: "models",
    title: "The same over many photos",
    needs: "corpus",
    load: async () => (await import("./models/layers.js")).modelsOverCorpus
  },
  {
    id: "models-agreement",
    page: "models",
    title: "Do models agree on which patches are outliers?",
    needs: "corpus",
    load: async () => (await import("./models/agreement.js")).modelAgreementFigure
  },
  {
    id: "models-table",
    page: "models",
    title: "Every model in one row",
    needs: "corpus",
    load: async () => (await import("./models/table.js")).modelsTable
  },
  {
    id: "contact-sheet",
    page: "images",
    title: "Every photo in one layer",
    needs: "view",
    load: async () => (await import("./photos/contactSheet.js")).contactSheet
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
    id: "repair",
    page: "results",
    title: "Which tokens must be repaired",
    needs: "report",
    load: async () => (await import("./results/repair.js")).repairFigure
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
