/** How many of a map's tokens are patches, and on which grid they lie. */
import type {Grid} from "../records/record.js";

/** Tokens in their order: `prefix` of them before the patches, the class token among those. */
export interface TokenLayout {
  grid: Grid;
  prefix: number;
  /** The class token's position among the prefix, 0-based. */
  classIndex: number;
}

/** What the reader says of it. */
export type GivenLayout = Partial<TokenLayout>;

/** The tokens do not say which grid they are; the reader has to. Its message ends with what to give. */
export class LayoutError extends Error {
  override name = "LayoutError";
}

/** Prefixes that are tried: none, a class token, a class token and four registers (DINOv2, DINOv3). */
const usual = [0, 1, 5];

/** Sides of a grid below this are not guessed. */
const leastSide = 2;

/**
 * Infers what is not given, where only one answer fits: a square grid after no, one or five tokens.
 *
 * @param tokens T, tokens of a map
 * @throws LayoutError saying what has to be given
 */
export function layoutOf(tokens: number, {grid, prefix, classIndex = 0}: GivenLayout): TokenLayout {
  const found = grid ? afterPrefix(tokens, grid, prefix) : squareGrid(tokens, prefix);
  if (found.prefix < 1)
    throw new LayoutError(
      `attention has ${tokens} tokens, which are a ${found.grid.join(" × ")} grid without a class token; class rows and the test for outliers need one. With other tokens before the patches, give --grid RxC and --prefix N.`
    );
  if (classIndex >= found.prefix)
    throw new LayoutError(
      `--class-index ${classIndex}: the class token is one of the ${found.prefix} before the patches, 0 to ${found.prefix - 1}.`
    );
  return {...found, classIndex};
}

function afterPrefix(tokens: number, grid: Grid, prefix: number | undefined): Omit<TokenLayout, "classIndex"> {
  const rest = tokens - grid[0] * grid[1];
  if (rest < 0 || (prefix !== undefined && prefix !== rest))
    throw new LayoutError(
      `attention has ${tokens} tokens; ${prefix === undefined ? "" : `--prefix ${prefix} and `}--grid ${grid.join("x")} make ${(prefix ?? 0) + grid[0] * grid[1]}.`
    );
  return {grid, prefix: rest};
}

function squareGrid(tokens: number, prefix: number | undefined): Omit<TokenLayout, "classIndex"> {
  const fits = (prefix === undefined ? usual : [prefix]).flatMap((before) => {
    const side = Math.sqrt(tokens - before);
    return Number.isInteger(side) && side >= leastSide ? [{grid: [side, side] as const, prefix: before}] : [];
  });
  if (fits.length === 1) return fits[0];
  const after = prefix === undefined ? "" : ` after --prefix ${prefix}`;
  if (!fits.length)
    throw new LayoutError(
      `attention has ${tokens} tokens, which are no square grid${after || " after a class token or a class token and four registers"}; give --grid RxC${after ? "" : " and --prefix N"}.`
    );
  const ways = fits.map(({grid, prefix: before}) => `${before} + ${grid.join(" × ")}`).join(" or ");
  throw new LayoutError(`attention has ${tokens} tokens, which may be ${ways}; give --prefix N.`);
}
