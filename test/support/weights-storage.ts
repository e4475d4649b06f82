/** The browser's private file system, as far as models use it, in memory. */

interface FakeFile {
  bytes: Buffer;
}

/** Gives this process a `navigator.storage`; the files of its `models` folder by name. */
export function fakeStorage({room = Infinity} = {}): Map<string, FakeFile> {
  const files = new Map<string, FakeFile>();
  const handle = (file: FakeFile) => ({
    getFile: async () => new Blob([new Uint8Array(file.bytes)]),
    createSyncAccessHandle: async () => ({
      write(chunk: Uint8Array, {at}: {at: number}) {
        if (at > file.bytes.length) throw new Error(`a hole between ${file.bytes.length} and ${at}`);
        const length = Math.max(file.bytes.length, at + chunk.length);
        if (length > room) throw new DOMException("full", "QuotaExceededError");
        const grown = Buffer.alloc(length);
        file.bytes.copy(grown);
        grown.set(chunk, at);
        file.bytes = grown;
        return chunk.length;
      },
      flush() {},
      close() {}
    })
  });
  const folder = {
    async *keys() {
      yield* files.keys();
    },
    removeEntry: async (name: string) => void files.delete(name),
    getFileHandle: async (name: string, {create = false} = {}) => {
      if (!files.has(name)) {
        if (!create) throw new DOMException("not there", "NotFoundError");
        files.set(name, {bytes: Buffer.alloc(0)});
      }
      return handle(files.get(name)!);
    }
  };
  const storage = {getDirectory: async () => ({getDirectoryHandle: async () => folder})};
  // Node 20 has no navigator at all.
  const navigator = globalThis.navigator ?? {};
  Object.defineProperty(navigator, "storage", {value: storage, configurable: true});
  if (!globalThis.navigator) Object.defineProperty(globalThis, "navigator", {value: navigator, configurable: true});
  return files;
}
