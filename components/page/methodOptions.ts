/** A method's settings inside the selection: `l0=8,rounds=3`, only what differs from the method's defaults. */
import {methods} from "../model/methods/index.js";
import {changedOptions, readOptions, type OptionValues} from "../analysis/options.js";

/** Every option of a method; what the text says wrongly, or of another method, counts as not said. */
export function readSettings(method: string, text: string): OptionValues {
  const {options} = methods[method];
  const values = readOptions(method, options);
  for (const part of text.split(",")) {
    const [name, value] = part.split("=");
    try {
      Object.assign(values, {[name]: readOptions(method, options, {[name]: value})[name]});
    } catch {
      // An address is typed by anyone; what cannot be read leaves the default.
    }
  }
  return values;
}

/** The text with one setting changed. */
export function changeSetting(method: string, text: string, name: string, value: string | number): string {
  return changedOptions(methods[method].options, {...readSettings(method, text), [name]: value}).join(",");
}
