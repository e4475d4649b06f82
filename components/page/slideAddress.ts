/** A slide in an address: `#talk=NAME`, where `figure-NAME` is the figure's id, or `#talk=NUMBER`, from 1. */

/** The part of an address that names a figure's slide. */
export function slideAddress(figureId: string): string {
  return `#talk=${encodeURIComponent(figureId.replace(/^figure-/, ""))}`;
}

/**
 * The slide that an address asks for, among figures by id: where it is, and whether it is there. A
 * slide that is not there (yet) gives the nearest there is. Undefined when the address asks for none.
 */
export function slideIndex(hash: string, figureIds: readonly string[]): {at: number; found: boolean} | undefined {
  const written = /^#talk(?:=(.*))?$/.exec(hash);
  if (!written) return undefined;
  const name = decode(written[1] ?? "1");
  const last = Math.max(0, figureIds.length - 1);
  if (/^\d{1,4}$/.test(name)) {
    const at = Math.max(1, Number(name)) - 1;
    return {at: Math.min(at, last), found: at <= last && figureIds.length > 0};
  }
  // Of a split page the two sides of a figure are one slide, which either names, and the figure alone names it too.
  const whole = name.replace(/-(ab?|b)$/, "");
  const at = [name, `${whole}-ab`, whole].map((id) => figureIds.indexOf(`figure-${id}`)).find((i) => i >= 0) ?? -1;
  return {at: Math.max(0, at), found: at >= 0};
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
