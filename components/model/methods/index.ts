import {clearclip} from "./clearclip.js";
import {clip} from "./clip.js";
import type {Method} from "./method.js";
import {sclip} from "./sclip.js";
import {sfp} from "./sfp.js";

/** Every method by the name that people and the command line use. */
export const methods: Readonly<Record<string, Method>> = {clip, sclip, clearclip, sfp};

/**
 * A method by its name.
 *
 * @throws RangeError listing the known names
 */
export function methodNamed(name: string): Method {
  if (Object.hasOwn(methods, name)) return methods[name];
  throw new RangeError(`There is no method ${name}; known are ${Object.keys(methods).join(", ")}.`);
}
