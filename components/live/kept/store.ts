/** A small drawer in the browser's database: one live run and its parts, for the pages that its reader goes to next. */

const name = "sfp-explorer-live";

/** What lies in the drawer: the run itself, and one entry a part. */
const drawers = ["run", "parts"] as const;
type Drawer = (typeof drawers)[number];

/** Reads an entry; undefined where there is none, or where the browser keeps nothing. */
export async function read<T>(drawer: Drawer, key: string): Promise<T | undefined> {
  const database = await open();
  return settle(database.transaction(drawer).objectStore(drawer).get(key) as IDBRequest<T | undefined>);
}

/** Writes an entry. */
export async function write(drawer: Drawer, key: string, value: unknown): Promise<void> {
  const database = await open();
  await settle(database.transaction(drawer, "readwrite").objectStore(drawer).put(value, key));
}

/** Takes everything out. */
export async function empty(): Promise<void> {
  const database = await open();
  const stores = database.transaction([...drawers], "readwrite");
  await Promise.all(drawers.map((drawer) => settle(stores.objectStore(drawer).clear())));
}

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  if (opening) return opening;
  const request = indexedDB.open(name, 1);
  request.addEventListener("upgradeneeded", () => {
    for (const drawer of drawers) request.result.createObjectStore(drawer);
  });
  opening = settle(request);
  opening.catch(() => (opening = undefined));
  return opening;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("The browser's storage failed.")));
  });
}
