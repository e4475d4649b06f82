/** What a record of imported attention may lack, and how a reader is told. */
import {trunks, type FeatureMap, type ImageRecord, type RecordSource, type Trunk, type TrunkRecord} from "./record.js";

/** Parts that a dump of attention may come without. */
export const absentParts = ["tokens", "purified", "purified tokens"] as const;
export type AbsentPart = (typeof absentParts)[number];

/** What was asked for was not in the import. Figures show the message in their place. */
export class NotInImport extends Error {
  override name = "NotInImport";
}

/** How a part is given, for whoever has the model. */
const remedies: Record<AbsentPart, string> = {
  tokens: "token norms need tokens (layers, T, D) in the file",
  purified: "the trunk with SOM needs attention_purified in the file",
  "purified tokens": "norms of the trunk with SOM need tokens_purified in the file"
};

/** What a reader is told of missing parts, in one sentence: what they would have brought, and how to bring them. Empty for none. */
export function notInImport(...parts: readonly AbsentPart[]): string {
  const told = [...new Set(parts)].map((part) => remedies[part]);
  return told.length ? `Not in the import: ${told.join("; ")}.` : "";
}

/** @throws NotInImport saying what is missing and what would bring it */
function refuse(part: AbsentPart): never {
  throw new NotInImport(`${notInImport(part)} Import the photo again with it.`);
}

/** Measurements that follow from tokens alone. */
const ofTokens = ["norms", "repairedNorms"] as const;

/**
 * The record as pages read it: what the import lacked says so when it is asked for, instead of being drawn as missing
 * numbers. A record that was computed here is returned as it is.
 */
export function guarded(record: ImageRecord): ImageRecord {
  const absent = record.provenance.imported?.absent ?? [];
  if (!absent.length) return record;
  const guard = {} as Record<Trunk, TrunkRecord>;
  for (const trunk of trunks) {
    const tokens = trunk === "plain" ? "tokens" : "purified tokens";
    if (trunk === "purified" && absent.includes("purified")) refuseProperty(guard, trunk, "purified");
    else guard[trunk] = absent.includes(tokens) ? withoutTokens(record.trunks[trunk], tokens) : record.trunks[trunk];
  }
  return {...record, trunks: guard};
}

function withoutTokens(trunk: TrunkRecord, part: AbsentPart): TrunkRecord {
  const {norms: _norms, repairedNorms: _repaired, scores: _scores, ...rest} = trunk;
  const result = rest as TrunkRecord;
  for (const name of ofTokens) refuseProperty(result, name, part);
  return result;
}

function refuseProperty(of: object, name: string, part: AbsentPart): void {
  Object.defineProperty(of, name, {enumerable: false, get: () => refuse(part)});
}

/** Whether a record holds a trunk at all. */
export function hasTrunk({trunks: known}: ImageRecord, trunk: Trunk): boolean {
  return Object.getOwnPropertyDescriptor(known, trunk)?.value !== undefined;
}

/** The trunks that a record holds, in their order. */
export function heldTrunks(record: ImageRecord): Trunk[] {
  return trunks.filter((trunk) => hasTrunk(record, trunk));
}

/** Whether there is a trunk to choose: an import without the second one has no other, unless one must be left for it. */
export function offersTrunks(record: ImageRecord, chosen: Trunk): boolean {
  return heldTrunks(record).length > 1 || !hasTrunk(record, chosen);
}

/** What a record lacks of a trunk's attention; nothing where it holds it. */
export function missingTrunk(record: ImageRecord, trunk: Trunk): AbsentPart[] {
  return hasTrunk(record, trunk) ? [] : ["purified"];
}

/** What a record lacks of a trunk's norms in times the median of the plain trunk, which is their unit in both. */
export function missingNorms(record: ImageRecord, trunk: Trunk): AbsentPart[] {
  const unit: AbsentPart[] = normsOf(record.trunks.plain) ? [] : ["tokens"];
  if (trunk === "plain") return unit;
  if (!hasTrunk(record, trunk)) return [...unit, "purified"];
  return normsOf(record.trunks[trunk]) ? unit : [...unit, "purified tokens"];
}

/** Token norms of a trunk; undefined where an import came without tokens. */
export function normsOf(trunk: TrunkRecord): Float32Array | undefined {
  return Object.getOwnPropertyDescriptor(trunk, "norms")?.value as Float32Array | undefined;
}

/** Rows of a summary by trunk or detector: those that imports lacked are none, and say so when they are asked for. */
export function guardedRows<K extends string, T>(rows: Record<K, T[]>, parts: Record<K, AbsentPart>): Record<K, T[]> {
  const result = {} as Record<K, T[]>;
  for (const name of Object.keys(rows) as K[]) {
    if (rows[name].length) result[name] = rows[name];
    else refuseProperty(result, name, parts[name]);
  }
  return result;
}

/** The source of an imported record: what was not imported is refused by name. */
export function guardedSource(source: RecordSource): RecordSource {
  const {imported} = source.record.provenance;
  if (!imported) return source;
  const record = guarded(source.record);
  const needTrunk = (trunk: Trunk) => {
    if (!hasTrunk(record, trunk)) refuse("purified");
  };
  const {tokens} = source;
  return {
    record,
    ...(tokens && {
      tokens: async (trunk: Trunk, layer: number) => {
        needTrunk(trunk);
        if (!normsOf(record.trunks[trunk])) refuse(trunk === "plain" ? "tokens" : "purified tokens");
        return tokens(trunk, layer);
      }
    }),
    attention: async (trunk, layer) => {
      needTrunk(trunk);
      return source.attention(trunk, layer);
    },
    headAttention: async (trunk, layer) => {
      needTrunk(trunk);
      if (!imported.heads)
        throw new NotInImport("Not in the import: attention of single heads needs attention (layers, heads, T, T).");
      return source.headAttention(trunk, layer);
    },
    features: async (stage): Promise<FeatureMap> => {
      if (imported.features.includes(stage)) return source.features(stage);
      const name = stage === "clip" ? "features" : `features_${stage}`;
      const has = imported.features.length ? ` It has ${imported.features.join(", ")}.` : "";
      throw new NotInImport(`Not in the import: features of “${stage}” need ${name} (N, E) in the file.${has}`);
    },
    repairs: async () => {
      throw new NotInImport(
        "Not in the import: SOM from another layer on needs the model itself, which an import lacks."
      );
    }
  };
}
