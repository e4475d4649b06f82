/** CLIPtrase's clustering (docs/methods.md, 4.2): what its graph cannot do, done after it. */
import dbscan from "@cdxoo/dbscan";
import type {Grid} from "../../records/record.js";
import {resizePlanes} from "../image/resample-planes.js";

export interface ClusteringOptions {
  /** DBSCAN's radius: 0.7 at 224 px, 1.1 at 336 px. */
  radius: number;
  /** Points within the radius, oneself included, that make a core point: 3 at 224 px, 7 at 336 px. */
  neighbours: number;
}

/** Regions of an image: per pixel a cluster's number, or `clusters` where there is none at all. */
export interface Regions {
  width: number;
  height: number;
  clusters: number;
  labels: Uint16Array;
}

/** Cluster maps are enlarged by this much before the median filter smooths them. */
const enlarged = 4;
const medianSide = 7;

/**
 * R = max(C[patch, patch] − C[class, patch], 0): what patches share beyond what the class token shares with
 * them, so that globally attended patches drop out. N × N.
 *
 * @param correlation the probe "correlation" of the method cliptrase, T × T
 */
export function withoutGlobalPatches(correlation: Float32Array, patches: number): Float32Array {
  const tokens = Math.sqrt(correlation.length);
  const prefix = tokens - patches;
  if (prefix < 1) throw new RangeError("CLIPtrase's clusters need a class token, and this model has none.");
  const result = new Float32Array(patches * patches);
  for (let i = 0; i < patches; ++i)
    for (let j = 0; j < patches; ++j)
      result[i * patches + j] = Math.max(correlation[(i + prefix) * tokens + j + prefix] - correlation[prefix + j], 0);
  return result;
}

/**
 * Clusters patches by DBSCAN on the rows of R and grows the clusters into regions of the image: per cluster the
 * mean of its rows, enlarged bilinearly, median-filtered, enlarged to the image; each pixel goes to the largest.
 */
export function clusterRegions(
  correlation: Float32Array,
  [rows, columns]: Grid,
  {width, height}: {width: number; height: number},
  {radius, neighbours}: ClusteringOptions = {radius: 0.7, neighbours: 3}
): Regions {
  const patches = rows * columns;
  const shared = withoutGlobalPatches(correlation, patches);
  const points = Array.from({length: patches}, (_, i) => shared.subarray(i * patches, (i + 1) * patches));
  const {clusters} = dbscan({
    dataset: points,
    epsilon: radius,
    epsilonCompare: (distance, epsilon) => distance <= epsilon,
    minimumPoints: neighbours,
    distanceFunction: euclidean
  });
  const labels = new Uint16Array(width * height).fill(clusters.length);
  const strongest = new Float32Array(width * height).fill(-Infinity);
  clusters.forEach((members, cluster) => {
    const mean = Float32Array.from(
      {length: patches},
      (_, j) => members.reduce((sum, i) => sum + points[i][j], 0) / members.length
    );
    const [tall, wide] = [enlarged * rows, enlarged * columns];
    const smooth = medianFilter(resizePlanes(mean, [1, rows, columns], [tall, wide]), tall, wide);
    const map = resizePlanes(smooth, [1, tall, wide], [height, width]);
    map.forEach((value, pixel) => {
      if (value <= strongest[pixel]) return;
      strongest[pixel] = value;
      labels[pixel] = cluster;
    });
  });
  return {width, height, clusters: clusters.length, labels};
}

function euclidean(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; ++k) sum += (a[k] - b[k]) ** 2;
  return Math.sqrt(sum);
}

/** The median of each pixel's 7 × 7 neighbourhood, zeros outside. */
function medianFilter(map: Float32Array, height: number, width: number): Float32Array {
  const half = medianSide >> 1;
  const window = new Float32Array(medianSide ** 2);
  return map.map((_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    window.fill(0);
    let count = 0;
    for (let v = y - half; v <= y + half; ++v)
      for (let u = x - half; u <= x + half; ++u, ++count)
        if (v >= 0 && v < height && u >= 0 && u < width) window[count] = map[v * width + u];
    return window.toSorted()[window.length >> 1];
  });
}

/**
 * Each region takes the class that most of its pixels have; pixels outside all regions keep theirs. Where DBSCAN
 * found only noise, the plain prediction stands.
 */
export function voteInRegions(prediction: ArrayLike<number>, {labels, clusters}: Regions): Uint16Array {
  const votes = Array.from({length: clusters}, () => new Map<number, number>());
  labels.forEach((region, pixel) => {
    if (region < clusters) votes[region].set(prediction[pixel], (votes[region].get(prediction[pixel]) ?? 0) + 1);
  });
  const winners = votes.map(
    (counts) => [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, -1])[0]
  );
  return Uint16Array.from(labels, (region, pixel) => (region < clusters ? winners[region] : prediction[pixel]));
}
