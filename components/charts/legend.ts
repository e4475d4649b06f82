import type {Domain, Scale} from "./colour.js";
import {css, diverging, position, sequential, signedPosition, valueAt} from "./colour.js";
import {formatValue, h, isDark, s, setText, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing, ticks} from "../ui/drawing.js";
import type {MarkName, Stroke} from "./marks.js";
import {dashOf, isFilled, marks, outline} from "./marks.js";

export interface RampOptions {
  /** What the colours say: "attention, times uniform". */
  label: string;
  domain: Domain;
  scale?: Scale;
  /** A diverging map that spans minus to plus the domain's second end. */
  signed?: boolean;
  /** A value to point at, such as the one under the pointer. */
  value?: number | null;
}

const width = 240;
const left = 8;

/** A colour map's legend: the ramp, round values where they fall on it, and the units. */
export function rampLegend(options: RampOptions): Drawing<RampOptions> {
  let state: RampOptions = {scale: "sqrt", ...options};
  const label = h("span", {class: "legend-label"});
  const svg = s("svg", {class: "legend-ramp", width: width + 2 * left, height: 34, role: "img"});
  const pointer = s("path", {d: "M0,0l-4,-6h8Z", fill: "currentColor", visibility: "hidden"});
  const element = h("div", {class: "legend"}, label, svg);

  const place = (value: number) => {
    const {domain, scale = "sqrt", signed} = state;
    return left + width * (signed ? signedPosition(value, domain[1], scale) : position(value, domain, scale));
  };
  const point = () => {
    const shown = state.value != null && Number.isFinite(state.value);
    pointer.setAttribute("visibility", shown ? "visible" : "hidden");
    if (shown) pointer.setAttribute("transform", `translate(${place(state.value!)},7)`);
  };
  const gradient = s("linearGradient", {id: `ramp-${(gradients += 1)}`});
  const axis = s("g");
  svg.append(gradient, s("rect", {x: left, y: 8, width, height: 9, fill: `url(#${gradient.id})`}), axis, pointer);
  const paintRamp = () => {
    const map = state.signed ? diverging(isDark()) : sequential(isDark());
    const stops = Array.from({length: 17}, (_, i) => s("stop", {offset: i / 16, "stop-color": css(map, i / 16)}));
    gradient.replaceChildren(...stops);
  };
  const paintAxis = () => {
    axis.replaceChildren(
      ...rampTicks(state).map((value) =>
        s(
          "g",
          {transform: `translate(${place(value)},17)`},
          s("line", {y2: 4, stroke: "currentColor"}),
          s("text", {y: 14, "text-anchor": "middle", fill: "currentColor", "font-size": 11}, formatTick(value))
        )
      )
    );
    setText(label, state.label);
    svg.setAttribute("aria-label", `${state.label}: colours from ${describeDomain(state)}`);
    point();
  };
  whenResized(element, paintRamp);
  paintRamp();
  paintAxis();

  return drawing<RampOptions, HTMLDivElement>(element, (change) => {
    const before = state;
    state = {...state, ...change};
    const same =
      before.label === state.label &&
      before.scale === state.scale &&
      before.domain[0] === state.domain[0] &&
      before.domain[1] === state.domain[1];
    if (before.signed !== state.signed) paintRamp();
    if (same) point();
    else paintAxis();
  });
}

let gradients = 0;

function describeDomain({domain: [low, high], signed}: RampOptions): string {
  return `${formatValue(signed ? -high : low)} to ${formatValue(high)}`;
}

/** A tick's text: round values need no decimals that say nothing. */
export function formatTick(value: number): string {
  return value === 0 ? "0" : String(Number(value.toPrecision(3))).replace("-", "−");
}

/** Round values for a ramp, at places where their texts do not run into each other. */
function rampTicks({domain, scale = "sqrt", signed}: RampOptions): number[] {
  const [low, high] = signed ? [0, domain[1]] : domain;
  const candidates =
    scale === "linear"
      ? ticks(low, high, signed ? 2 : 4)
      : [0.02, 0.1, 0.25, 0.5, 0.75, 1].flatMap((t) => {
          const value = valueAt(t, [low, high], scale);
          const power = 10 ** Math.floor(Math.log10(Math.max(1e-12, value)));
          return [Math.floor(value / power) * power];
        });
  const at = (value: number) => (signed ? signedPosition(value, high, scale) : position(value, domain, scale));
  const kept = [signed ? 0 : low];
  for (const value of candidates) if (at(value) - at(kept.at(-1)!) > 0.12) kept.push(Number(value.toPrecision(6)));
  return signed ? [...kept.slice(1).map((value) => -value), ...kept] : kept;
}

/** A legend of marks, drawn as the figures draw them; `labels` takes the place of their own names. */
export function marksLegend(
  names: readonly MarkName[],
  labels: Partial<Record<MarkName, string>> = {}
): HTMLUListElement {
  const items = names.map((name) => {
    const {shape, colour} = marks[name];
    const label = labels[name] ?? marks[name].label;
    const path = s("path", {
      d: outline(shape, 12),
      fill: isFilled(shape) ? colour : "none",
      stroke: isFilled(shape) ? "none" : colour,
      "stroke-width": 1.75,
      "stroke-dasharray": dashOf(shape).join(" ") || null
    });
    const dot = shape === "dotted ring" ? s("circle", {r: 1.6, fill: colour}) : null;
    const svg = s("svg", {width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true"}, path, dot);
    return h("li", {}, svg, label);
  });
  return h("ul", {class: "legend-marks"}, ...items);
}

/** A legend of lines. */
export function strokesLegend(strokes: readonly Stroke[]): HTMLElement {
  const items = strokes.map(({label, colour, dash}) =>
    h(
      "li",
      {},
      s(
        "svg",
        {width: 26, height: 16, viewBox: "0 -8 26 16", "aria-hidden": "true"},
        s("line", {x2: 26, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash ?? null})
      ),
      label
    )
  );
  return h("ul", {class: "legend-marks"}, ...items);
}
