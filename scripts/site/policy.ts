/** The content security policy of the built site: nothing from other hosts, no code made from strings. */
import {createHash} from "node:crypto";

/** What a page may use, whatever its scripts are. WebAssembly is compiled, which has a permission of its own. */
const common = {
  "default-src": "'self'",
  // Plot and the maps size what they draw by style attributes.
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data: blob:",
  "font-src": "'self' data:",
  "connect-src": "'self' data: blob:",
  "media-src": "'self' blob: mediastream:",
  "worker-src": "'self' blob:",
  "object-src": "'none'",
  "base-uri": "'self'",
  "form-action": "'self'"
};

/** Adds the hosts that models are fetched from. */
function connectTo(hosts: readonly string[]): string {
  return [common["connect-src"], ...hosts].join(" ");
}

/**
 * Scripts within a page run only when they are known: by the hash of each, as Framework wrote it.
 *
 * @param hosts that the page may ask beside its own
 */
export function pagePolicy(html: string, hosts: readonly string[] = []): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, code]) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`
  );
  return format({
    ...common,
    "connect-src": connectTo(hosts),
    "script-src": ["'self'", "'wasm-unsafe-eval'", ...new Set(hashes)].join(" ")
  });
}

/** Workers have the policy that their own script is sent with. */
export function workerPolicy(hosts: readonly string[]): string {
  return format({...common, "connect-src": connectTo(hosts), "script-src": "'self' 'wasm-unsafe-eval' blob:"});
}

/**
 * What only a header can say; it is sent with everything.
 *
 * @param frames origins of pages that may show figures of the site in frames
 */
export const headerPolicy = (frames: readonly string[]): string =>
  format({"frame-ancestors": ["'self'", ...frames].join(" "), "object-src": "'none'", "base-uri": "'self'"});

/**
 * The origins that `FRAMES` names, such as "https://blog.example.org", or "*" for all.
 *
 * @throws Error naming a word that is neither
 */
export function frameOrigins(words = process.env.FRAMES ?? ""): string[] {
  const origins = words.split(/[\s,]+/).filter(Boolean);
  for (const origin of origins)
    if (origin !== "*" && !/^https?:\/\/[\w.*-]+(:\d+)?$/.test(origin))
      throw new Error(`FRAMES: “${origin}” is no origin. Write https://HOST, or * for every page.`);
  return origins;
}

function format(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}
