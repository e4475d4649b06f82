import assert from "node:assert/strict";
import {test} from "node:test";
import {Graph} from "../../components/model/graph.js";
import {Sessions, type Device} from "../../components/model/sessions.js";
import {cpu} from "../../data/engine/device.js";

const checkpoint = {bytes: new Uint8Array(8), tensors: new Map()};

/** x times a factor. */
function times(factor: number): Uint8Array {
  const g = new Graph("model.safetensors");
  const value = g.scale(g.input("x", [2]), factor);
  return g.finish({y: {value, dims: [2]}});
}

/** ONNX Runtime as it is, with a list of what is made and released; `most` is how much happened at the same time. */
function watched(): {device: Device; events: string[]; most: () => number} {
  const {ort, ...device} = cpu(1);
  const events: string[] = [];
  let now = 0;
  let most = 0;
  const alone = async <T>(event: string, work: () => Promise<T>): Promise<T> => {
    events.push(event);
    most = Math.max(most, (now += 1));
    try {
      return await work();
    } finally {
      now -= 1;
    }
  };
  let count = 0;
  const InferenceSession = {
    create: (...given: Parameters<typeof ort.InferenceSession.create>) => {
      const id = (count += 1);
      return alone(`create ${id}`, async () => {
        const session = await ort.InferenceSession.create(...given);
        return {
          run: (feeds: object) => alone(`run ${id}`, () => session.run(feeds as Parameters<typeof session.run>[0])),
          release: () => alone(`release ${id}`, () => session.release())
        };
      });
    }
  } as unknown as Device["ort"]["InferenceSession"];
  return {device: {...device, ort: {...ort, InferenceSession}}, events, most: () => most};
}

const x = {data: Float32Array.of(1, -2), dims: [2]};

test("sessions are made once, and the one unused for longest goes first", async () => {
  const {device, events} = watched();
  const sessions = new Sessions(checkpoint, device, 2);
  const run = async (factor: number) => {
    const {y} = await sessions.run(String(factor), () => times(factor), {x});
    assert.deepEqual([...y.data], [factor, -2 * factor]);
  };
  for (const factor of [2, 3, 2, 5, 2, 3]) await run(factor);
  await sessions.close();
  const expected = [
    "create 1, run 1, create 2, run 2, run 1",
    // 3 was used before 2 was used again.
    "release 2, create 3, run 3, run 1",
    "release 3, create 4, run 4",
    "release 1, release 4"
  ];
  assert.equal(events.join(", "), expected.join(", "));
  await run(7);
  await sessions.close();
});

test("on one runtime nothing runs beside anything else, whoever asks, and a failure stops nobody", async () => {
  const {device, most} = watched();
  const [a, b] = [new Sessions(checkpoint, device, 1), new Sessions(checkpoint, device, 1)];
  const answers = await Promise.allSettled([
    ...[a, b, a, b].map((sessions, i) => sessions.run(String(i), () => times(i + 1), {x})),
    a.run("broken", () => Uint8Array.of(1, 2, 3), {x}),
    b.run("refused", () => assert.fail("no such graph"), {x}),
    a.run("last", () => times(9), {x}),
    a.close(),
    b.close()
  ]);
  assert.deepEqual(
    answers.map(({status}) => status === "fulfilled"),
    [true, true, true, true, false, false, true, true, true]
  );
  assert.equal(most(), 1);
});
