import {mean, type Numbers} from "./arrays.js";
import {rowEntropy} from "./entropy.js";
import {columnSums, EMPTY_SUM, passesOf, rowsToOne, rowSums, sideLength, type NormaliseOptions} from "./integration.js";

/** The matrix after some passes of HAI's normalisation. */
export interface SinkhornStep {
  /** 0 before any pass, then 1, 1, 2, 2 … */
  round: number;
  /** What was just done. */
  pass: "none" | "rows" | "columns";
  rowSums: Float64Array;
  columnSums: Float64Array;
  /**
   * Largest distance of a sum from 1, rows or columns that are empty left aside; 0 on both sides: doubly stochastic.
   */
  rowError: number;
  columnError: number;
  /**
   * Effective number of sources of each row: exp of the entropy of the row made to sum to 1. 1 … N; NaN for an empty
   * row.
   */
  sources: Float64Array;
  /** Mean over rows of the share that lies on the given set: what HAI returns to outliers. NaN without a set. */
  returned: number;
}

export interface SinkhornOptions extends NormaliseOptions {
  /** 1 for the patches whose received mass is followed: N. */
  outliers?: Numbers;
}

/** Follows the normalisation of an N × N matrix pass by pass, starting with the matrix as it is. */
export function sinkhornSteps(
  matrix: Numbers,
  {order = "rc", rounds = 1, outliers}: SinkhornOptions = {}
): SinkhornStep[] {
  let current: Float64Array = Float64Array.from(matrix);
  const steps = [step(current, 0, "none", outliers)];
  for (let round = 1; round <= rounds; ++round) {
    for (const pass of passesOf(order)) {
      current = pass(current);
      steps.push(step(current, round, pass === rowsToOne ? "rows" : "columns", outliers));
    }
  }
  return steps;
}

function step(matrix: Float64Array, round: number, pass: SinkhornStep["pass"], outliers?: Numbers): SinkhornStep {
  const size = sideLength(matrix);
  const [rows, columns] = [rowSums(matrix), columnSums(matrix)];
  const weights = rowsToOne(matrix);
  const orMissing = (value: number, row: number): number => (rows[row] < EMPTY_SUM ? NaN : value);
  return {
    round,
    pass,
    rowSums: rows,
    columnSums: columns,
    rowError: errorOf(rows),
    columnError: errorOf(columns),
    sources: rowEntropy({tokens: size, values: weights}).map(Math.exp).map(orMissing),
    returned: outliers ? mean(sharesOn(weights, outliers).map(orMissing)) : NaN
  };
}

function sharesOn(weights: Float64Array, set: Numbers): Float64Array {
  const size = sideLength(weights);
  return rowSums(weights.map((weight, cell) => (set[cell % size] ? weight : 0)));
}

function errorOf(sums: Float64Array): number {
  return sums.reduce((error, total) => (total < EMPTY_SUM ? error : Math.max(error, Math.abs(total - 1))), 0);
}
