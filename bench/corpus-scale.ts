// node --import tsx bench/corpus-scale.ts [COUNT ...]: time and memory of a corpus of so many made-up images (199, 3163,
// 50000): eight shards on disk, joined, summed up, with their rows as Parquet. No model runs. Each count is a process of its own.
import {execFileSync} from "node:child_process";
import {mkdtempSync, readdirSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {CorpusSum} from "../components/analysis/corpus/sum.js";
import {CorpusLog, joinHeads, joinImages, type CorpusHead} from "../data/records/corpus-log.js";
import {openRows} from "../data/records/corpus-rows.js";
import {factsProvenance, madeFacts} from "../test/support/corpus-facts.js";

const shards = 8;

const seconds = (since: number): string => (process.cpuUsage().user / 1e6 - since).toFixed(1);
const processor = (): number => process.cpuUsage().user / 1e6;

async function measure(total: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "corpus-scale-"));
  try {
    const heads = Array.from({length: shards}, (_, i): CorpusHead => ({
      name: "made up",
      total,
      list: "made up",
      shard: {index: i + 1, of: shards},
      provenance: factsProvenance
    }));
    const files = heads.map(({shard}) => join(folder, `shard-${shard.index}`));
    const logs = await Promise.all(files.map((file, i) => CorpusLog.open(file, heads[i], () => {})));
    const begun = processor();
    for (let place = 0; place < total; ++place) logs[place % shards].append({place, facts: madeFacts(place)});
    const written = seconds(begun);
    const size = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
    const head = joinHeads(heads);
    const sum = new CorpusSum("made up", total);
    const rows = openRows(join(folder, "rows.parquet"), "made up", total);
    const joining = processor();
    for await (const facts of joinImages(files, head)) {
      sum.add(facts);
      rows.add(facts);
    }
    rows.finish();
    const summary = JSON.stringify(sum.summary());
    const joined = seconds(joining);
    const parquet =
      statSync(
        join(
          folder,
          readdirSync(folder).find((file) => file.endsWith(".parquet"))!
        )
      ).size / 1e6;
    const memory = process.resourceUsage().maxRSS / 1024;
    const cells = [total, written, joined, memory.toFixed(0), size.toFixed(1), (summary.length / 1e6).toFixed(2)];
    return `| ${[...cells, parquet.toFixed(1)].join(" | ")} |`;
  } finally {
    rmSync(folder, {recursive: true});
  }
}

const [only, ...more] = process.argv.slice(2).map(Number);
if (only && !more.length) console.log(await measure(only));
else {
  console.log(
    "| images | made and written (s) | joined (s) | memory (MB) | shards (MB) | summary (MB) | Parquet (MB) |"
  );
  for (const count of only ? [only, ...more] : [199, 3163, 50_000])
    process.stdout.write(
      execFileSync(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), String(count)])
    );
}
