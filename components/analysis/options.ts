/** Options: declared as data, read from words, shown in captions. Methods and detectors declare theirs with them. */

/** One option: the words it accepts, or a range of numbers (and, for some, a word beside it). */
export type OptionSpec =
  | {kind: "choice"; values: readonly string[]; default: string; about: string}
  | {
      kind: "number";
      least: number;
      most?: number;
      integer?: boolean;
      word?: string;
      default: number | string;
      about: string;
    };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** An option set: every declared name has a value. */
export type OptionValues = Record<string, string | number>;

/** Given values, by name, as words or as what they mean. */
export type GivenOptions = Readonly<Record<string, string | number | undefined>>;

export function choice(about: string, first: string, ...others: string[]): OptionSpec {
  return {kind: "choice", values: [first, ...others], default: first, about};
}

/**
 * Completes given options with the defaults.
 *
 * @param owner named in errors: "sfp"
 * @throws RangeError listing what is known, for an unknown name or value
 */
export function readOptions(owner: string, specs: OptionSpecs, given: GivenOptions = {}): OptionValues {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(specs, name))
      throw new RangeError(`${owner} has no option ${name}; it has ${Object.keys(specs).join(", ") || "none"}.`);
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const value = given[name];
      return [name, value === undefined ? spec.default : readOption(owner, name, spec, value)];
    })
  );
}

function readOption(owner: string, name: string, spec: OptionSpec, value: string | number): string | number {
  if (spec.kind === "choice") {
    if (spec.values.includes(String(value))) return String(value);
    throw new RangeError(`${owner}: ${name}=${value} is not known; ${name} is one of ${spec.values.join(", ")}.`);
  }
  if (spec.word !== undefined && value === spec.word) return spec.word;
  const number = typeof value === "number" ? value : value.trim() === "" ? NaN : Number(value);
  const fits = number >= spec.least && number <= (spec.most ?? Infinity) && (!spec.integer || Number.isInteger(number));
  if (fits && Number.isFinite(number)) return number;
  const range = spec.most === undefined ? `of ${spec.least} or more` : `from ${spec.least} to ${spec.most}`;
  throw new RangeError(
    `${owner}: ${name}=${value} does not fit; ${name} is ${spec.word ? `${spec.word} or ` : ""}a ${spec.integer ? "whole " : ""}number ${range}.`
  );
}

/** The values that differ from the defaults, as `key=value`, in the order declared. */
export function changedOptions(specs: OptionSpecs, values: OptionValues): string[] {
  return Object.entries(specs).flatMap(([name, spec]) =>
    values[name] === spec.default ? [] : [`${name}=${values[name]}`]
  );
}

/**
 * `key=value` words as a record.
 *
 * @throws RangeError for a word of another form
 */
export function keyValues(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new RangeError(`-o ${word}: write it as KEY=VALUE.`);
      return [word.slice(0, at), word.slice(at + 1)];
    })
  );
}
