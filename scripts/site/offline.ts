/** The list that offline use goes by: `components/page/offline.ts` fetches it, and `src/isolate.js` answers from what it names. */
import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import {join} from "node:path";

/** What `offline.json` says about a built site; files are named by their paths below the site's root. */
export interface OfflineList {
  /** Changes with any of `files`. */
  build: string;
  /** Pages, code, styles and small data, which are kept beforehand. */
  files: string[];
  /** Other files with a hash or a version in their path: kept once they were used, for as long as this build is current. */
  later: string[];
  /** Changes with any analysis or photo, whose paths stay the same from build to build. */
  data: string;
}

const lasting = /^_(import|node|file|observablehq)\//;

/** Lists a built site for offline use: neither models nor the runtime, and no photo's files, are kept beforehand. */
export function offlineList(folder: string, files: readonly string[]): OfflineList {
  const wanted = files.filter(
    (file) => file.endsWith(".html") || (lasting.test(file) && !/^_(node|import\/components)\//.test(file))
  );
  const known = new Set(wanted);
  return {
    build: digest(folder, wanted),
    files: wanted,
    later: files.filter((file) => lasting.test(file) && !known.has(file)),
    data: digest(
      folder,
      files.filter((file) => file.startsWith("data/") && !file.startsWith("data/models/"))
    )
  };
}

function digest(folder: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 12);
}
