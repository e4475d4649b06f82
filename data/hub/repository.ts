/** Which files of a repository on the hub a model needs. */
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {shardNames} from "../../components/model/formats/shards.js";
import type {CatalogFile, DownloadEntry} from "./catalog.js";
import {HubError} from "./errors.js";
import type {RemoteFile} from "./metadata.js";
import {companionNames, mergesName, preferred, weightsNames} from "./weightsFile.js";

/** OWNER/NAME, perhaps with @REVISION. */
export interface RepositoryWord {
  repository: string;
  revision?: string;
}

/** A word as a repository's name; undefined where it is none. */
export function repositoryWord(word: string): RepositoryWord | undefined {
  const [, repository, revision] = /^([\w][\w.-]*\/[\w][\w.-]*)(?:@(.+))?$/.exec(word) ?? [];
  return repository === undefined ? undefined : {repository, revision};
}

/**
 * Asks the hub for the files that models have, each by its name, and takes the best weights that are there: safetensors,
 * then shards of them, then PyTorch's.
 *
 * @param ask fails with "not-found" where the repository has no such file
 * @throws HubError saying what was looked for, where there are no weights
 */
export async function filesOf(
  from: Omit<RemoteFile, "path">,
  ask: (file: RemoteFile) => Promise<unknown>
): Promise<CatalogFile[]> {
  const {repository, revision} = from;
  const there = new Set<string>();
  for (const path of [...companionNames, mergesName, ...weightsNames]) {
    // Older repositories, MetaCLIP's among them, have the merge table alone.
    if (path === mergesName && there.has("tokenizer.json")) continue;
    try {
      await ask({...from, path});
      there.add(path);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== "not-found") throw error;
      // A repository or a revision that does not exist has none of them.
      if (/has no revision/.test(error.message)) throw error;
    }
  }
  const [weights] = preferred((name) => there.has(name));
  if (weights === undefined)
    throw new HubError(
      "not-found",
      `${repository} at revision "${revision}" has no weights under a known name (${weightsNames.join(", ")}); ` +
        "fetch its file by hand and give --model its folder"
    );
  return [...[...companionNames, mergesName].filter((name) => there.has(name)), weights].map((path) => ({path}));
}

/** The files of an entry with the shards that its index, fetched by now, asks for. */
export async function withShards(entry: DownloadEntry, folder: string): Promise<DownloadEntry> {
  const index = entry.files.find(({path}) => path.endsWith(".index.json"));
  if (!index) return entry;
  const file = join(folder, index.path);
  const names = shardNames(JSON.parse(await readFile(file, "utf8")), file);
  return {...entry, files: [...entry.files, ...names.map((path) => ({path}))]};
}
