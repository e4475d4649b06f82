import {clearclip} from "./clearclip.js";
import {clipSurgery} from "./clip-surgery.js";
import {clipMethod} from "./clip.js";
import {cliptrase} from "./cliptrase.js";
import {gem} from "./gem.js";
import {maskclip} from "./maskclip.js";
import {gla} from "./gla.js";
import {lavg} from "./lavg.js";
import type {Method} from "./method.js";
import {naclip} from "./naclip.js";
import {pearl} from "./pearl.js";
import {proxyclip} from "./proxyclip.js";
import {resclip} from "./resclip.js";
import {rfClip} from "./rf-clip.js";
import {scClip} from "./sc-clip.js";
import {sclip} from "./sclip.js";
import {segearth} from "./segearth.js";
import {sfp202512} from "./sfp-2025-12.js";
import {sfpReleased} from "./sfp-released.js";
import {sfp} from "./sfp.js";

const all: readonly Method[] = [
  clipMethod,
  maskclip,
  sclip,
  clearclip,
  naclip,
  segearth,
  clipSurgery,
  gem,
  cliptrase,
  scClip,
  resclip,
  pearl,
  proxyclip,
  rfClip,
  gla,
  lavg,
  sfp,
  sfpReleased,
  sfp202512
];

/** Every method by the name that people and the command line use. */
export const methods: Readonly<Record<string, Method>> = Object.fromEntries(all.map((method) => [method.name, method]));

/** The methods that pages compare with SFP on every photo, in their order. */
export const compared: readonly Method[] = all.filter((method) => method !== sfp);

/**
 * A method by its name.
 *
 * @throws RangeError listing the known names
 */
export function methodNamed(name: string): Method {
  if (Object.hasOwn(methods, name)) return methods[name];
  throw new RangeError(`There is no method ${name}; known are ${Object.keys(methods).join(", ")}.`);
}
