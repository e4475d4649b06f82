/**
 * How each part of the selection is written in an address and read back. To add one, add it here:
 * its type, its default, its address form and its check follow from one line.
 */

import {formatOption, readOptions, type OptionSpec} from "../analysis/options.js";

/** How one value is written in an address. */
export interface Field<T> {
  /** What the address calls it, where that is not its name in the selection. */
  at?: string;
  fallback: T;
  /** The value that a text stands for; undefined when it stands for none, and the fallback holds. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

/** A field that the address calls otherwise than the selection. */
export function at<T>(name: string, field: Field<T>): Field<T> {
  return {...field, at: name};
}

/** Letters and digits of any script, dot, dash, underscore. */
const namePattern = /^[\p{L}\p{M}\p{N}_.-]{1,80}$/u;

/** A name, such as a model's or an image's: letters and digits of any script, dot, dash, underscore. */
export function name(fallback: string): Field<string> {
  return {fallback, parse: (text) => (namePattern.test(text) ? text : undefined), format: String};
}

/** One name or several, joined by commas and each named once: at most `most`. */
export function names(fallback: string, most: number): Field<string> {
  return {
    fallback,
    parse: (text) => {
      const list = text.split(",");
      const good = list.length <= most && list.every((each) => /^[\w.-]{1,80}$/.test(each));
      return good ? [...new Set(list)].join(",") : undefined;
    },
    format: String
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(fallback: NoInfer<T>, choices: readonly T[]): Field<T> {
  return {fallback, parse: (text) => choices.find((value) => value === text), format: String};
}

/** A whole number from `least` to `most`. */
export function whole(fallback: number, least: number, most: number): Field<number> {
  return {fallback, parse: (text) => parseWhole(text, least, most), format: String};
}

/** A number from `least` to `most`, written with at most three decimals. */
export function decimal(fallback: number, least: number, most: number): Field<number> {
  return {
    fallback,
    parse: (text) => {
      const value = plainNumber.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? value : undefined;
    },
    format: (value) => String(Math.round(value * 1000) / 1000)
  };
}

/** A whole number, or one of a few words that stand for something else. */
export function wholeOr<const W extends string>(
  fallback: number | NoInfer<W>,
  words: readonly W[],
  least: number,
  most: number
): Field<number | W> {
  return {
    fallback,
    parse: (text) => words.find((word) => word === text) ?? parseWhole(text, least, most),
    format: String
  };
}

/** Free text, such as words to look for: lines become parts of a list, other control characters blanks; longer text is refused. */
export function freeText(fallback: string, longest: number): Field<string> {
  return {
    fallback,
    parse: (value) => {
      const line = value
        .replace(/\s*[\r\n]+\s*/g, "; ")
        // oxlint-disable-next-line no-control-regex
        .replace(/[\u0000-\u001f\u007f]/g, " ");
      return line.length <= longest ? line : undefined;
    },
    format: String
  };
}

/** Settings of a method that differ from its defaults, as `key=value` joined by commas. */
export function settings(longest: number): Field<string> {
  const pattern = /^([a-z0-9_-]{1,24}=[\w.-]{1,24})(,[a-z0-9_-]{1,24}=[\w.-]{1,24})*$/i;
  return {
    fallback: "",
    parse: (value) => (value.length <= longest && pattern.test(value) ? value : undefined),
    format: String
  };
}

/** An option as it is declared, under a name of its own in addresses. */
export function option<S extends OptionSpec>(spec: S, at: string): Field<S["default"]> {
  return {
    at,
    fallback: spec.default,
    parse: (text) => {
      if (text.length > longestOption) return undefined;
      if (spec.kind === "number" && text !== spec.word && !plainNumber.test(text)) return undefined;
      try {
        return readOptions("option", {value: spec}, {value: text}).value;
      } catch {
        return undefined;
      }
    },
    format: formatOption
  };
}

const longestOption = 80;

/** A number as addresses write it: no sign, no exponent. */
const plainNumber = /^\d{1,6}(\.\d{1,6})?$/;

function parseWhole(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}
