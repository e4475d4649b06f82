import {classTokenOnly, type AttentionMap, type Prefix} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {attentionMatrix} from "../../charts/attentionMatrix.js";
import {formatValue} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {joinedAttention} from "./joined.js";
import {sharedRange} from "../side/sharedRange.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {plate} from "../../charts/plate.js";
import {maximum, tokenName, tokenOf} from "../../charts/reading.js";

const waiting = "Loading the attention of this layer.";

/** A layer's whole attention map, where an outlier is a column of high values: the one key that all queries share. */
export function wholeMapFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let current: {map: AttentionMap; columns: number} | undefined;
  const say = (query: number | null, key: number | null) => {
    const {map, columns} = current ?? {};
    if (!map || query === null || key === null) return frameOf.update({readout: ""});
    const name = (token: number) => tokenName(map, token, columns!);
    const value = map.values[query * map.tokens + key] * map.tokens;
    frameOf.update({readout: `${name(query)} to ${name(key)}: ${formatValue(value)} ×`});
  };
  const patchOf = (token: number) => {
    const patch = current ? token - tokenOf(current.map, 0) : -1;
    return patch < 0 ? null : patch;
  };
  const matrix = attentionMatrix({
    map: {tokens: 197, values: new Float32Array(197 * 197)},
    label: "the whole attention map",
    onHover: (query, key) => {
      say(query, key);
      // The key is the token that is looked at: the patch that other figures should point to.
      store.point({hover: key === null ? null : patchOf(key)});
    },
    onPick: (query) => store.set({target: patchOf(query) ?? store.value.target})
  });
  const frameOf = plate(matrix, {title: "queries down, keys across"});
  frameOf.classList.add("is-matrix");
  const legend = rampLegend({label: "attention, times uniform", domain: [0, 1]});
  const frame = figure(frameOf, feed, {
    id: "whole-map",
    title: "The whole attention matrix: a sink is a bright column",
    lede: ledeOf(classTokenOnly),
    reading:
      "A high diagonal is self-attention, bands beside it are neighbours. A bright column is a token that every query attends to. A click pins the row’s token.",
    waiting,
    legend: [legend, marksLegend(["target", "background"])],
    data: () => {
      const {tokens = 0, values = []} = current?.map ?? {};
      return Array.from(values, (value, i) => ({
        query: Math.floor(i / tokens),
        key: i % tokens,
        attention: value * tokens
      }));
    }
  });
  const draw = ({record, choice, selection, target, background, picture}: View, map: AttentionMap) => {
    current = {map, columns: record.grid[1]};
    const domain = sharedRange(feed, "whole-map", [0, maximum(map.values) * map.tokens]);
    matrix.update({map, domain, scale: selection.maps.scale, target, background});
    legend.update({domain, scale: selection.maps.scale});
    const {layer, head, trunk} = choice;
    frame.update({
      lede: ledeOf(record.prefix),
      drawn: {image: record.image, trunk, layer: layer + 1, head},
      source: provenance({...record, image: picture.title}, {layer: layer + 1, head, trunk})
    });
  };
  followAnswers(feed, frame, {
    waiting,
    ask: ({source, choice}) => joinedAttention(source, choice),
    failed: (reason, {choice}) =>
      choice.head !== "mean" && choice.trunk === "purified"
        ? "Single heads with SOM are not stored. Choose the mean over heads, or without SOM."
        : reason,
    draw,
    point: ({hover}) => matrix.update({hover})
  });
  return frame;
}

/** What rows and columns are, in their order. */
function ledeOf({classToken, registers}: Prefix): string {
  const first = [...(classToken ? ["the class token"] : []), ...(registers ? [`${registers} registers`] : [])];
  return first.length
    ? `Attention of every token (a row) to every token (a column), ${first.join(" and ")} first, in times uniform.`
    : "Attention of every patch (a row) to every patch (a column), in times uniform.";
}
