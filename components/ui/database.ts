/** The browser's database, as named drawers of entries. */

/** A database with its drawers; it is opened by the first call. Where a browser keeps nothing, every call rejects. */
export class Database<Drawer extends string> {
  #opening?: Promise<IDBDatabase>;

  constructor(
    private readonly name: string,
    private readonly drawers: readonly Drawer[]
  ) {}

  /** Reads an entry; undefined where there is none. */
  async read<T>(drawer: Drawer, key: string): Promise<T | undefined> {
    const database = await this.#open();
    return settle(database.transaction(drawer).objectStore(drawer).get(key) as IDBRequest<T | undefined>);
  }

  /** Writes an entry. */
  async write(drawer: Drawer, key: string, value: unknown): Promise<void> {
    const database = await this.#open();
    await settle(database.transaction(drawer, "readwrite").objectStore(drawer).put(value, key));
  }

  /** Takes everything out. */
  async empty(): Promise<void> {
    const database = await this.#open();
    const stores = database.transaction([...this.drawers], "readwrite");
    await Promise.all(this.drawers.map((drawer) => settle(stores.objectStore(drawer).clear())));
  }

  #open(): Promise<IDBDatabase> {
    if (this.#opening) return this.#opening;
    const request = indexedDB.open(this.name, 1);
    request.addEventListener("upgradeneeded", () => {
      for (const drawer of this.drawers) request.result.createObjectStore(drawer);
    });
    const opening = settle(request);
    this.#opening = opening;
    opening.catch(() => (this.#opening = undefined));
    return opening;
  }
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("The browser's storage failed.")));
  });
}
