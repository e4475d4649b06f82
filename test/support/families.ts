/** The golden cases of model families: tiny random models, and what their official code computes with them. */
import {readFileSync} from "node:fs";
import {readModel, type Model, type ReadOptions} from "../../components/model/model.js";
import type {Pixels} from "../../components/model/runtime.js";
import {readNpz, type NpyArray} from "./npz.js";

export interface FamilyModel {
  naming: string;
  weights: string;
  config: string;
}

export interface FamilyCase {
  case: string;
  family: string;
  geometry: Record<string, unknown> & {
    width: number;
    heads: number;
    layers: number;
    mlp: number;
    patch: number;
    registers: number;
    classToken?: boolean;
    grid: [number, number];
    rectangle: [number, number];
    epsilon: number;
    activation: string;
    features?: number;
    classes?: number;
  };
  models: FamilyModel[];
  outliers?: {images: number[][][]; rectangle: number[][][]};
  expected: string;
}

const folder = new URL("../families/data/", import.meta.url);

/** A file of the golden data. */
export const familyFile = (path: string) => new URL(path, folder);

export const familyCases = (JSON.parse(readFileSync(familyFile("cases.json"), "utf8")) as {cases: FamilyCase[]}).cases;

export const familyBytes = (path: string) => new Uint8Array(readFileSync(familyFile(path)));

export const familyConfig = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(familyFile(path), "utf8")) as Record<string, unknown>;

export function familyModel({weights, config}: FamilyModel, options?: ReadOptions): Model {
  return readModel("tiny", familyBytes(weights), familyConfig(config), options);
}

export const expectedArrays = ({expected}: FamilyCase) => readNpz(familyFile(expected));

export function familyPixels({shape, data}: NpyArray): Pixels {
  return {dims: shape as [number, 3, number, number], data: data as Float32Array};
}
