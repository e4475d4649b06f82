// PEARL's propagation against numbers of an independent float64 implementation.
import assert from "node:assert/strict";
import {test} from "node:test";
import {keyValues, readOptions} from "../../components/analysis/options.js";
import {propagate, propagationOptions} from "../../components/model/segmentation/propagate.js";
import {decode, relativeError, type Encoded} from "../support/golden.js";
import {golden2, input} from "../support/golden2.js";

for (const {name, options, image, inputs, expected} of golden2.cases.filter(({method}) => method === "propagate"))
  test(`${name}: scores, and what they are made of`, () => {
    const [, height, width] = input(String(image)).shape;
    const scores = decode(input(inputs!.logits!));
    const [queries] = input(inputs!.logits!).shape;
    const size = height * width;
    const found = propagate(
      {height, width, data: decode(input(String(image)))},
      (query) => scores.subarray(query * size, (query + 1) * size),
      decode(input(inputs!.text!)),
      queries,
      readOptions("propagate", propagationOptions, keyValues(options))
    );
    const check = (values: ArrayLike<number>, wanted: Encoded | undefined, what: string) => {
      if (!wanted) return;
      const error = relativeError(values, decode(wanted));
      assert.ok(error <= 1e-6, `${what}: relative error ${error}`);
    };
    const planes = Array.from({length: queries}, (_, query) => [...found.plane(query)]).flat();
    check(planes, expected.logits, "logits");
    check(found.similarity, expected.similarity, "similarity");
    check(found.trust, expected.trust, "trust");
    check(found.weights.columns, expected.weight_columns, "columns");
    check(found.weights.rows, expected.weight_rows, "rows");
    check(found.small.values, expected.small, "small");
  });
