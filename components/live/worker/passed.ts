/** Which checks adapters have passed in this browser: entries of its cache storage, which workers can reach. */
import type {Passed} from "../../model/self-check.js";

const name = "sfp-checked-adapters";

/** Storage that is full or forbidden means another check, no more. */
export const passedHere: Passed = {
  async has(key) {
    try {
      return (await (await caches.open(name)).match(address(key))) !== undefined;
    } catch {
      return false;
    }
  },
  async add(key) {
    try {
      await (await caches.open(name)).put(address(key), new Response("passed"));
    } catch {
      // The next visit checks again.
    }
  }
};

/** An address that nothing is fetched from. */
const address = (key: string): string => `/checked-adapter/${encodeURIComponent(key)}`;
