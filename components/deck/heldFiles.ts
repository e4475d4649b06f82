/** Framework's file attachments, for a page that holds its files in itself. */

/** What the page holds: data addresses by path below `data/`. */
const held = () => (globalThis as {sfpFiles?: Readonly<Record<string, string>>}).sfpFiles ?? {};

/** An attachment by its written path, such as `../../data/photos.json`. */
export function FileAttachment(name: string) {
  const path = name.replace(/^.*\bdata\//, "");
  const href = held()[path] ?? "data:,";
  return {
    href,
    json: async (): Promise<unknown> => {
      if (!held()[path]) throw new Error(`data/${path} is not in this file.`);
      return (await fetch(href)).json();
    }
  };
}
