/** The files of docs/engines: what they ask of their engine, and that what they start can be merged. */
import assert from "node:assert/strict";
import {execFile, execFileSync} from "node:child_process";
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";
import {after, test} from "node:test";
import {promisify} from "node:util";
import {encode} from "fast-png";
import {datasets} from "../../components/model/evaluation/datasets.js";
import {run as corpus} from "../../data/cli/corpus.js";
import {run} from "../../data/cli/evaluate.js";
import {fakeBackend, memory, writeDataset} from "../support/evaluation-fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-engines-"));
after(() => rmSync(folder, {recursive: true}));

const verbs = ["evaluate", "corpus"] as const;
type Verb = (typeof verbs)[number];
const slurm = (verb: Verb) => `docs/engines/${verb}.sbatch`;
const kubernetes = (verb: Verb) => `docs/engines/${verb}.yaml`;

// An npm that only says what it was asked.
const bin = mkdtempSync(join(folder, "bin-"));
writeFileSync(join(bin, "npm"), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
chmodSync(join(bin, "npm"), 0o755);

/** The arguments that a script gives to the verb. */
function wordsOf(verb: Verb, program: string, args: string[], environment: Record<string, string>): string[] {
  const env = {...environment, PATH: `${bin}${delimiter}${process.env.PATH}`};
  const words = execFileSync(program, args, {encoding: "utf8", env}).trim().split("\n");
  assert.deepEqual(words.slice(0, 5), ["run", "--silent", "sfp", "--", verb]);
  return words.slice(5);
}

const valueOf = (words: string[], option: string): string => words[words.indexOf(option) + 1];

interface Job {
  apiVersion: string;
  kind: string;
  spec: {
    completionMode: string;
    completions: number;
    parallelism: number;
    template: {
      spec: {
        restartPolicy: string;
        containers: {
          command: string[];
          args: string[];
          env: {name: string; value: string}[];
          volumeMounts: {name: string; mountPath: string}[];
        }[];
        volumes: {name: string}[];
      };
    };
  };
}

function readJob(verb: Verb): Job {
  // Framework's own YAML reader; it has no types.
  const yaml = createRequire(import.meta.url)("js-yaml") as {safeLoad(text: string): unknown};
  return yaml.safeLoad(readFileSync(kubernetes(verb), "utf8")) as Job;
}

const slurmWords = (verb: Verb, task: number, root: string, out: string, ...more: string[]): string[] =>
  wordsOf(verb, "bash", [slurm(verb), ...more], {
    ROOT: root,
    FOLDER: root,
    OUT: out,
    SLURM_ARRAY_TASK_ID: String(task),
    SLURM_ARRAY_TASK_COUNT: "8",
    SLURM_CPUS_PER_TASK: "4"
  });

function jobWords(verb: Verb, index: number, out: string): string[] {
  const [{command, args, env}] = readJob(verb).spec.template.spec.containers;
  const given = Object.fromEntries(env.map(({name, value}) => [name, value]));
  return wordsOf(verb, command[0], [...command.slice(1), ...args], {
    ...given,
    OUT: out,
    JOB_COMPLETION_INDEX: String(index)
  });
}

for (const verb of verbs) {
  test(`${verb}: the Slurm script is a valid script, and refuses to run without what it needs`, () => {
    execFileSync("bash", ["-n", slurm(verb)]);
    const bare = () => execFileSync("bash", [slurm(verb)], {env: {PATH: process.env.PATH}, stdio: "pipe"});
    assert.throws(bare, verb === "corpus" ? /FOLDER/ : /ROOT/);
    const [first, last] = /^#SBATCH --array=(\d+)-(\d+)$/m
      .exec(readFileSync(slurm(verb), "utf8"))!
      .slice(1)
      .map(Number);
    assert.deepEqual([first, last], [1, 8], "shards count from 1");
  });

  test(`${verb}: the Job is an indexed one of batch/v1, with as many pods as shards`, () => {
    const {apiVersion, kind, spec} = readJob(verb);
    assert.deepEqual([apiVersion, kind, spec.completionMode], ["batch/v1", "Job", "Indexed"]);
    const {restartPolicy, containers, volumes} = spec.template.spec;
    assert.ok(["OnFailure", "Never"].includes(restartPolicy), "a Job's pods may not be restarted Always");
    const shards = containers[0].env.find(({name}) => name === "SHARDS")!.value;
    assert.equal(Number(shards), spec.completions);
    assert.ok(spec.parallelism <= spec.completions);
    for (const {name} of containers[0].volumeMounts) assert.ok(volumes.some((volume) => volume.name === name));
  });
}

test("both start every shard once, with words that evaluate takes, and the shards merge", async () => {
  const root = join(folder, "voc");
  const names = Array.from({length: 9}, (_, i) => `2007_${i}`);
  await writeDataset(root, datasets.voc21, names, (image, pixel) => (image + pixel) % 21);
  const engines = {
    slurm: (i: number, out: string) => slurmWords("evaluate", i + 1, root, out),
    kubernetes: (i: number, out: string) => jobWords("evaluate", i, out)
  };
  for (const [engine, words] of Object.entries(engines)) {
    const out = join(folder, engine);
    const shards: string[] = [];
    const single = join(folder, `${engine}.json`);
    const whole: Record<string, string> = {"--root": root, "--shard": "1/1", "--out": single};
    const alone = words(0, out).map((word, i, all) => whole[all[i - 1]] ?? word);
    await run(alone, memory(), fakeBackend());
    for (let i = 0; i < 8; ++i) {
      const given = words(i, out);
      assert.equal(valueOf(given, "--shard"), `${i + 1}/8`);
      shards.push(valueOf(given, "--out"));
      given[given.indexOf("--root") + 1] = root;
      assert.equal(await run(given, memory(), fakeBackend()), 0);
    }
    const all = join(out, "all.json");
    await run(["merge", ...shards, "--out", all], memory());
    assert.equal(readFileSync(all, "utf8"), readFileSync(single, "utf8"), engine);
  }
});

test("eight shards as processes, two at a time, merge to the single run with a real model", async () => {
  const root = join(folder, "processes");
  const names = Array.from({length: 8}, (_, i) => `2007_${i}`);
  await writeDataset(root, datasets.voc20, names, (image, pixel) => 1 + ((image + pixel) % 20));
  const words = ["evaluate", "--dataset", "voc20", "--root", root, "--model", "mini", "--words", "known"];
  const start = (...more: string[]) =>
    promisify(execFile)(process.execPath, [
      "--import",
      "tsx",
      "data/cli/sfp.ts",
      ...words,
      "--device",
      "cpu",
      "--threads",
      "1",
      ...more
    ]);
  const outs = names.map((_, i) => join(folder, `process-${i + 1}.json`));
  const single = join(folder, "process-single.json");
  const merged = join(folder, "process-merged.json");
  const queue = [["--out", single], ...outs.map((out, i) => ["--shard", `${i + 1}/8`, "--out", out])];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await start(...next);
  };
  await Promise.all([worker(), worker()]);
  await run(["merge", ...outs, "--out", merged], memory());
  assert.equal(readFileSync(merged, "utf8"), readFileSync(single, "utf8"));
});

test("both start every shard of a corpus once, with arguments that corpus takes, and the shards merge", async () => {
  const root = join(folder, "photos");
  mkdirSync(root);
  for (let i = 0; i < 9; ++i) {
    const data = Uint8Array.from({length: 3 * 32 * 32}, (_, k) => (k * (i + 3)) % 251);
    writeFileSync(join(root, `${i}.png`), encode({width: 32, height: 32, data, channels: 3}));
  }
  const single = join(folder, "corpus-single.json");
  const given = (words: string[], out: string) => {
    const own: Record<string, string> = {"--model": "mini", "--device": "cpu", "--threads": "1", "--out": out};
    return [root, ...words.slice(1).map((word, i, all) => own[all[i - 1]] ?? word)];
  };
  assert.equal(await corpus([root, "--model", "mini", "--threads", "1", "--out", single], memory()), 0);
  const out = join(folder, "corpus");
  const shards: string[] = [];
  for (let i = 0; i < 8; ++i) {
    const asked = slurmWords("corpus", i + 1, root, out);
    assert.equal(valueOf(asked, "--shard"), `${i + 1}/8`);
    shards.push(valueOf(asked, "--out"));
    assert.equal(await corpus(given(asked, shards[i]), memory()), 0);
    const pod = jobWords("corpus", i, out);
    assert.deepEqual([valueOf(pod, "--shard"), valueOf(pod, "--out")], [`${i + 1}/8`, shards[i]]);
    const names = (words: string[]) => words.filter((word) => word.startsWith("--"));
    assert.deepEqual(names(pod), names(asked));
  }
  const all = join(out, "all.json");
  assert.equal(await corpus(["merge", ...shards, "--out", all], memory()), 0);
  assert.equal(readFileSync(all, "utf8"), readFileSync(single, "utf8"));
});

test("arguments after the Slurm script's name reach evaluate", () => {
  assert.deepEqual(slurmWords("evaluate", 3, "r", join(folder, "more"), "-o", "l0=8").slice(-2), ["-o", "l0=8"]);
});
