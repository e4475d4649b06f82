// What a site serves of an analysis: attention a layer a file, and the common colours of the features.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {gunzipSync} from "node:zlib";
import {coloursOn} from "../../components/analysis/featureColours.js";
import {unitTokens} from "../../components/analysis/similarity.js";
import {decodeAttention, decodeFeatures} from "../../components/records/arrow.js";
import {decodeColours} from "../../components/records/served.js";
import {packedFiles, unpack} from "../../data/records/archive.js";
import {servedFiles} from "../../data/records/served.js";
import {pcaColours} from "../support/pca-colours.js";

const archive = readFileSync("data/snapshots/vit-ti-16/camera.light.zip");
const served = servedFiles(archive);
const file = (name: string) => new Uint8Array(gunzipSync(served[`${name}.arrow.gz`]));

test("each layer of attention is a file with that layer's numbers, and the rest is served as it lies", () => {
  const whole = unpack(archive);
  for (const trunk of ["plain", "purified"]) {
    const layers = decodeAttention(whole[`attention-${trunk}.arrow`]);
    assert.equal(layers.length, 12);
    for (const [i, layer] of layers.entries())
      assert.deepEqual(decodeAttention(file(`attention-${trunk}-${i + 1}`)), [layer]);
    assert.equal(served[`attention-${trunk}.arrow.gz`], undefined);
  }
  for (const [name, bytes] of Object.entries(packedFiles(archive)))
    if (!name.startsWith("attention-")) assert.deepEqual(served[name], bytes);
});

test("a map's colours on the served basis are those of all maps together", () => {
  const maps = new Map(
    Object.entries(unpack(archive)).flatMap(([name, bytes]) => {
      const [, stage] = /^features-(.+)\.arrow$/.exec(name) ?? [];
      return stage ? [[stage, decodeFeatures(bytes)] as const] : [];
    })
  );
  const bases = decodeColours(file("colours"));
  assert.deepEqual(bases.shared.names, [...maps.keys()]);
  const units = [...maps.values()].map(({width, values}) => ({width, values: unitTokens({width, values})}));
  const {colours, axes} = pcaColours(units);
  assert.ok(
    Math.abs(bases.shared.explained - (axes.variances[0] + axes.variances[1] + axes.variances[2]) / axes.total) < 1e-6
  );
  for (const [i, map] of [...maps.values()].entries()) {
    const found = coloursOn(bases.shared, map, "shared");
    // The basis is kept in float32.
    found.forEach((value, cell) => assert.ok(Math.abs(value - colours[i][cell]) < 1e-5));
    const own = coloursOn(bases.own, map, "own");
    assert.ok(own.every((value) => value >= 0 && value <= 1) && own.some((value, cell) => value !== found[cell]));
  }
});
