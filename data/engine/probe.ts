/** Exits with 0 if the provider named on the command line runs a small graph correctly. */
import {Graph} from "../../components/model/graph.js";
import {gpu} from "./device.js";

const name = process.argv[2] as "cuda" | "webgpu";
const g = new Graph("");
const x = g.input("x", [2, 2]);
const graph = g.finish({y: {value: g.matmul(x, x), dims: [2, 2]}});
try {
  const {ort, session: options} = gpu(name);
  const session = await ort.InferenceSession.create(graph, options);
  const {y} = await session.run({x: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2])});
  process.exitCode = [...(y.data as Float32Array)].join() === "7,10,15,22" ? 0 : 1;
} catch (error) {
  process.stderr.write(String(error instanceof Error ? error.message : error).split("\n")[0] + "\n");
  process.exitCode = 1;
}
