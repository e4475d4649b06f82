/** What was run in this browser: the Live page admits it, and every page shows it. */
import type {Opened} from "./feed.js";

/** Finds what was run, if that is what the page is asked for. */
export type Guest = (model: string, image: string) => Promise<Opened | undefined>;

let guest: Guest | undefined;

/** Lets pages open what was run here. Modules of the page's head call it, before any feed opens. */
export function admit(found: Guest): void {
  guest = found;
}

/** Opens what was run here. A browser that kept nothing has nothing to show, which is no failure. */
export async function openGuest(model: string, image: string): Promise<Opened | undefined> {
  try {
    return await guest?.(model, image);
  } catch {
    return undefined;
  }
}

/** As the address names a picture that is not the site's. */
export const ownPicture = "own-picture";
