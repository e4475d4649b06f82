/** What a checkout needs before Framework can work in it, whatever git and the system made of it. */
import {lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync} from "node:fs";
import {createServer} from "node:net";
import {join, resolve} from "node:path";

/** Links in `src/`, and where they lead: Framework takes modules, loaders and data from below its root alone. */
const links = [
  ["src/components", "../components"],
  ["src/data", "../data"]
] as const;

/**
 * Makes the links where git could not: on Windows it writes a link as a text file that holds the target.
 * A junction needs no rights of an administrator; elsewhere it is an ordinary link.
 *
 * @returns the links that were made
 * @throws Error when something else lies there
 */
export function restoreLinks(root = "."): string[] {
  const made: string[] = [];
  for (const [link, target] of links) {
    const path = join(root, link);
    const found = lstatSync(path, {throwIfNoEntry: false});
    if (found?.isSymbolicLink() || found?.isDirectory()) continue;
    if (found && readFileSync(path, "utf8").trim() !== target)
      throw new Error(`${path}: a link to ${target} belongs here. Move the file away and run this again.`);
    if (found) rmSync(path);
    symlinkSync(resolve(root, "src", target), path, "junction");
    made.push(link);
  }
  return made;
}

/**
 * Makes sure that folders can be written to.
 *
 * @throws Error naming the first that cannot
 */
export function needWritable(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      mkdirSync(folder, {recursive: true});
      const probe = join(folder, `.writable-${process.pid}`);
      mkdirSync(probe);
      rmSync(probe, {recursive: true});
    } catch (error) {
      const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
      throw new Error(
        `${resolve(folder)} cannot be written to${code}, and what is computed is kept there. ` +
          "Copy the project to a folder of your own, or change who may write to it.",
        {cause: error}
      );
    }
  }
}

/**
 * Makes sure that nothing listens on a port yet.
 *
 * @throws Error that says how to choose another
 */
export async function needPort(port: string, host = "127.0.0.1"): Promise<void> {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65535)
    throw new Error(`PORT=${port} is no port: a whole number from 1 to 65535. Without it a free one is taken.`);
  await new Promise<void>((settle, refuse) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      refuse(
        new Error(
          error.code === "EADDRINUSE"
            ? `Port ${port} is in use, perhaps by this site already. PORT=${number + 1} npm start takes the next; without PORT a free one is taken.`
            : `Port ${port} cannot be listened on (${error.code}). Without PORT a free one is taken.`,
          {cause: error}
        )
      )
    );
    server.listen(number, host, () => server.close(() => settle()));
  });
}
