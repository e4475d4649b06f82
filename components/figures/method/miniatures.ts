import type {AttentionMap} from "../../records/record.js";
import {segmented, slider} from "../../ui/inputs.js";
import {changeSetting, readSettings} from "../../page/methodOptions.js";
import {sfp} from "../../model/methods/sfp.js";
import type {SelectionStore} from "../../site/selection.js";
import {resizePlanes} from "../../model/image/resample-planes.js";
import {attentionMatrix} from "../../charts/attentionMatrix.js";
import {formatValue, h} from "../../ui/dom.js";
import {patchMap, type PatchMark} from "../../charts/patchMap.js";
import {classPixels, imageCanvas} from "../../charts/pixels.js";
import {indexed} from "../../charts/indexed.js";
import {maximum} from "../../charts/reading.js";
import {formula, sinceFormula, type Since} from "./formulas.js";
import type {GridOptions, Mini} from "./mini.js";
import {sinceMiniatures} from "./sinceMiniatures.js";
import {runToy, toyCosines, toyGrid, type Toy} from "./toy.js";

/**
 * The toy of the Method page: one state behind all its miniatures. A click on any of its grids plants a patch that
 * draws attention, or takes it away; the constants are the options of `sfp`, kept in the address.
 */
export class ToyBench {
  readonly #planted = new Set([3, 8]);
  readonly #minis: Mini[] = [];
  #toy!: Toy;
  #l0 = 1;

  constructor(private readonly store: SelectionStore) {
    this.#run();
    store.subscribe(() => this.#run());
  }

  /** An equation with its miniature beside it. */
  equation(number: number): HTMLElement {
    const minis = this.#miniatures(number);
    for (const mini of minis) {
      mini.show(this.#toy);
      this.#minis.push(mini);
    }
    return h(
      "div",
      {class: "equation", id: `equation-${number}`},
      formula(number),
      h("div", {class: "minis"}, ...minis.map(({element}) => element))
    );
  }

  /** The equation of a method since SFP, with what it computes beside it. */
  since(name: Since): HTMLElement {
    const minis = sinceMiniatures(name, {
      grid: (...of) => this.#grid(...of),
      matrix: (title, read, about) => this.#matrix(title, read, about)
    });
    for (const mini of minis) {
      mini.show(this.#toy);
      this.#minis.push(mini);
    }
    return h(
      "div",
      {class: "equation", id: `equation-${name}`},
      sinceFormula(name),
      h("div", {class: "minis"}, ...minis.map(({element}) => element))
    );
  }

  /** The toy's constants. */
  controls(): HTMLElement {
    const {store} = this;
    const set = (name: string, value: string | number) =>
      store.set({method: {options: changeSetting(sfp, store.value.method.options, name, value)}});
    const number = (name: string, label: string, least: number, most: number, step: number) =>
      slider({label, least, most, step, value: least, onChange: (value) => set(name, value)});
    const inputs = {
      factor: number("factor", "factor m, Eq. 4", 0.2, 3, 0.1),
      lambda: number("lambda", "λ, Eq. 6", 0, 3, 0.1),
      l0: number("l0", "l₀, Eq. 9", 1, 3, 1),
      rounds: number("rounds", "rounds, Eq. 10", 0, 6, 1)
    };
    const order = segmented<string>({
      label: "order",
      options: [
        {value: "rc", label: "rows, columns"},
        {value: "cr", label: "columns, rows"}
      ],
      value: "rc",
      onChange: (value) => set("order", value)
    });
    const write = () => {
      const values = readSettings(sfp, store.value.method.options);
      inputs.factor.update({value: values.factor});
      inputs.lambda.update({value: values.lambda});
      inputs.l0.update({value: values.l0});
      inputs.rounds.update({value: values.rounds});
      order.update({value: values.order});
    };
    store.subscribe(write);
    write();
    return h("div", {class: "toy-controls"}, ...Object.values(inputs), order);
  }

  #run(): void {
    const {factor, lambda, l0, rounds, order} = readSettings(sfp, this.store.value.method.options);
    this.#l0 = Math.min(3, l0);
    this.#toy = runToy({planted: this.#planted, factor, lambda, l0: this.#l0, rounds, order});
    for (const mini of this.#minis) mini.show(this.#toy);
  }

  #toggle(patch: number): void {
    if (!this.#planted.delete(patch)) this.#planted.add(patch);
    this.#run();
  }

  /** A grid of one value a patch. */
  #grid(title: string, read: (toy: Toy) => ArrayLike<number>, {reach, marks = () => [], low = 0}: GridOptions): Mini {
    let values: ArrayLike<number> = [];
    const note = h("span", {class: "mini-note"});
    const point = (hover: number | null) => {
      map.update({hover});
      note.textContent = hover === null ? "" : formatValue(values[hover]);
    };
    const map = patchMap({
      grid: toyGrid,
      label: `${title}, in the toy; Enter plants or removes an outlier`,
      scale: "linear",
      onHover: point,
      onPick: (patch) => this.#toggle(patch)
    });
    return {
      element: h("div", {class: "mini"}, h("div", {class: "mini-title"}, indexed(title), note), map),
      show: (toy) => {
        values = read(toy);
        map.update({values, domain: [low, reach(toy)], marks: marks(toy)});
      }
    };
  }

  /** A whole map, queries down. */
  #matrix(title: string, read: (toy: Toy) => AttentionMap, about = "queries down, keys across"): Mini {
    const drawn = attentionMatrix({map: read(this.#toy), label: `${title}, in the toy`, scale: "linear"});
    return {
      element: h(
        "div",
        {class: "mini"},
        h("div", {class: "mini-title"}, indexed(title)),
        drawn,
        h("div", {class: "mini-note"}, about)
      ),
      show: (toy) => drawn.update({map: read(toy)})
    };
  }

  /** Eq. 3 on one stage's features. */
  #labels(title: string, stage: keyof Toy["features"]): Mini {
    const map = patchMap({
      grid: toyGrid,
      label: `${title}, in the toy`,
      onHover: (hover) => map.update({hover}),
      onPick: (patch) => this.#toggle(patch)
    });
    return {
      element: h("div", {class: "mini"}, h("div", {class: "mini-title"}, indexed(title)), map),
      show: (toy) => map.update({picture: labelPicture(toy, stage)})
    };
  }

  #miniatures(number: number): Mini[] {
    const longest = (toy: Toy) => maximum(...toy.plain.map(({norms}) => norms));
    const norms = (title: string, trunk: "plain" | "purified", layer: number, key: "norms" | "repairedNorms") =>
      this.#grid(title, (toy) => toy[trunk][layer][key], {
        reach: longest,
        marks: (toy) => rings(toy[trunk][layer].outliers, key === "norms" ? "outlier" : "repaired")
      });
    const cosine = (title: string, stage: keyof Toy["features"]) =>
      this.#grid(title, (toy) => toyCosines(toy.features[stage]).object, {reach: () => 1});
    const row = (title: string, key: "classRow" | "diagonal") =>
      this.#grid(title, (toy) => toy.plain[0][key].map((value) => value * 17), {
        reach: (toy) => 17 * maximum(toy.plain[0].classRow, toy.plain[0].diagonal)
      });
    switch (number) {
      case 1:
        return [this.#matrix("Attn, layer 1", (toy) => toy.plain[0].map, "class token first; outliers are columns")];
      case 2:
        return [0, 1, 2].map((layer) => norms(`norms, layer ${layer + 1}`, "plain", layer, "norms"));
      case 3:
        return [this.#labels("from F, no SOM", "plain"), this.#labels("from F_vis", "vis")];
      case 4:
        return [
          row("class to i", "classRow"),
          row("i to itself", "diagonal"),
          this.#grid("difference, and S", (toy) => difference(toy).map((value) => Math.max(0, value)), {
            reach: (toy) => Math.max(1e-9, maximum(difference(toy))),
            marks: (toy) => rings(toy.plain[0].outliers, "outlier")
          })
        ];
      case 5:
        return [
          norms("layer 1, before", "purified", 0, "norms"),
          norms("after repair", "purified", 0, "repairedNorms"),
          norms("layer 3, with SOM", "purified", 2, "repairedNorms")
        ];
      case 6:
        return [this.#matrix("Attn_SAE", ({saeMap}) => saeMap, "class token first")];
      case 7:
        return [cosine("F_SOM to “object”", "som"), cosine("F_SAE to “object”", "sae")];
      case 8:
        return [0, 1, 2].map((layer) =>
          this.#matrix(`layer ${layer + 1}, masked`, ({masked}) => masked[layer], "patches only")
        );
      case 9:
        return [this.#matrix("A", ({sum}) => sum, "patches only, from layer l₀ on")];
      case 10:
        return [this.#matrix("A_HAI", ({integrated}) => integrated, "patches only")];
      case 11:
        return [cosine("F_SAE to “object”", "sae"), cosine("F_vis to “object”", "vis")];
      default:
        throw new RangeError(`there is no equation ${number}`);
    }
  }
}

function difference({plain}: Toy): Float64Array {
  const {classRow, diagonal} = plain[0];
  return classRow.map((value, i) => 17 * (value - diagonal[i]));
}

function rings(outliers: Uint8Array, mark: PatchMark["mark"]): PatchMark[] {
  return Array.from(outliers.keys())
    .filter((patch) => outliers[patch])
    .map((patch) => ({patch, mark}));
}

/** Cosines enlarged sixteen times, then the greater word. */
function labelPicture(toy: Toy, stage: keyof Toy["features"]): HTMLCanvasElement {
  const {object, ground} = toyCosines(toy.features[stage]);
  const side = 4 * 16;
  const large = resizePlanes(Float32Array.of(...object, ...ground), [2, 4, 4], [side, side]);
  const labels = Uint8Array.from({length: side * side}, (_, i) => (large[i] > large[side * side + i] ? 0 : 1));
  return imageCanvas(classPixels(labels, [side, side]));
}
