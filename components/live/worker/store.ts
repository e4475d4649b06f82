/**
 * Models kept in the browser's private file system, so that a second visit needs no download and half
 * a download can go on. A file is named by its content's hash, so that another version has another name,
 * and is as long as what of it has arrived.
 */

/** A file opened for writing in a worker; TypeScript's library for pages does not know it. */
interface Access {
  write(data: Uint8Array, at: {at: number}): number;
  flush(): void;
  close(): void;
}

type Handle = FileSystemFileHandle & {createSyncAccessHandle?(): Promise<Access>};

const folderName = "models";

/** One model's file. Every method gives up quietly: without storage there is a download each time. */
export class ModelStore {
  private constructor(
    private readonly folder: FileSystemDirectoryHandle | undefined,
    private readonly name: string
  ) {}

  /** Opens the place of a model's version; other versions of it are deleted. */
  static async open(id: string, hash: string): Promise<ModelStore> {
    const name = `${id}-${hash.slice(0, 16)}`;
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle(folderName, {create: true});
      for await (const other of namesIn(folder))
        if (versionOf(other, id) && !other.startsWith(name)) await folder.removeEntry(other);
      return new ModelStore(folder, name);
    } catch {
      return new ModelStore(undefined, name);
    }
  }

  /** What is there: all of the file, the first part of it, or an empty blob. */
  async read(): Promise<Blob> {
    try {
      const handle = await this.folder?.getFileHandle(this.name);
      return (await handle?.getFile()) ?? new Blob();
    } catch {
      return new Blob();
    }
  }

  /**
   * Opens the file for writing; what is there stays.
   *
   * @param onRefused told once why nothing more is kept: the storage is full, or another tab is writing
   */
  async writer(onRefused: (reason: string) => void): Promise<ModelWriter> {
    let access: Access | undefined;
    try {
      const handle = (await this.folder?.getFileHandle(this.name, {create: true})) as Handle | undefined;
      access = await handle?.createSyncAccessHandle?.();
    } catch (error) {
      onRefused(reason(error));
    }
    return {
      write: (chunk, at) => {
        if (!access) return;
        try {
          // Chromium has been seen to return nonsense, not less, from a private window without room.
          if (access.write(chunk, {at}) !== chunk.length) throw new DOMException("", "QuotaExceededError");
        } catch (error) {
          access.close();
          access = undefined;
          onRefused(reason(error));
          void this.remove();
        }
      },
      close: () => {
        try {
          access?.flush();
        } catch (error) {
          onRefused(reason(error));
        }
        access?.close();
        access = undefined;
      }
    };
  }

  async remove(): Promise<void> {
    await this.folder?.removeEntry(this.name).catch(() => {});
  }
}

export interface ModelWriter {
  /** Writes at a place of the file, which must not lie behind its end. */
  write(chunk: Uint8Array, at: number): void;
  close(): void;
}

function versionOf(name: string, id: string): boolean {
  return name.startsWith(`${id}-`) && /^[0-9a-f]{16}$/.test(name.slice(id.length + 1));
}

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return "The browser's storage for this site is full.";
  if (name === "NoModificationAllowedError") return "Another tab is storing this model.";
  return "This browser does not let the page store files.";
}

async function* namesIn(folder: FileSystemDirectoryHandle): AsyncGenerator<string> {
  const {keys} = folder as unknown as {keys?(): AsyncIterable<string>};
  if (!keys) return;
  // Names are gathered first: deleting while listing is not defined.
  const names: string[] = [];
  for await (const name of keys.call(folder)) names.push(name);
  yield* names;
}
