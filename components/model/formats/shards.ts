/** The index of weights that lie in several files. */

/** What `model.safetensors.index.json` says: which file each tensor lies in. */
export interface ShardIndex {
  weight_map: Record<string, string>;
}

/**
 * The names of the files that an index asks for, each once.
 *
 * @throws Error when it is no index, or asks for files that do not lie beside it
 */
export function shardNames(index: unknown, file: string): string[] {
  const map = (index as Partial<ShardIndex> | null)?.weight_map;
  const values = typeof map === "object" && map !== null && !Array.isArray(map) ? Object.values(map) : [];
  if (!values.length || !values.every((name) => typeof name === "string"))
    throw new Error(`${file}: there is no weight_map that says which file each tensor lies in; fetch it again.`);
  for (const name of values)
    if (!/^[\w][\w.-]*\.(safetensors|bin)$/.test(name))
      throw new Error(`${file}: it asks for ${JSON.stringify(name)}, which is no file of weights beside it.`);
  return [...new Set(values)].toSorted();
}
