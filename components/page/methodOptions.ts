/** A method's settings inside the selection: `l0=8,rounds=3`, only what differs from the method's defaults. */
import type {Method} from "../model/methods/method.js";
import {changedOptions, readOptions, type OptionSpecs, type OptionValue, type ValuesOf} from "../analysis/options.js";

/** Every option of a method; what the text says wrongly, or of another method, counts as not said. */
export function readSettings<S extends OptionSpecs>({name: owner, options}: Method<S>, text: string): ValuesOf<S> {
  const given: Record<string, string> = {};
  // A list has commas of its own: only what looks like a name begins the next setting.
  for (const part of text.split(/,(?=[\w-]*=)/)) {
    const at = part.indexOf("=");
    const one = {[part.slice(0, at)]: part.slice(at + 1)};
    try {
      readOptions(owner, options, one);
      Object.assign(given, one);
    } catch {
      // An address is typed by anyone; what cannot be read leaves the default.
    }
  }
  return readOptions(owner, options, given);
}

/** The text with one setting changed. */
export function changeSetting(method: Method, text: string, name: string, value: OptionValue): string {
  return changedOptions(method.options, {...readSettings(method, text), [name]: value}).join(",");
}
