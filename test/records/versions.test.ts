/** A file of a version that a reader does not know is refused, with both versions and the remedy. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {tableFromIPC, tableToIPC} from "apache-arrow";
import {npzArrays, writeNpy, writeNpyText, writeNpz} from "../../components/exchange/npy.js";
import {openArrays} from "../../components/exchange/open.js";
import {exportFormats, writeExport, type Export} from "../../components/exchange/write.js";
import {writeSafetensors} from "../../components/model/safetensors.js";
import {decodeFeatures, encodeFeatures} from "../../components/records/arrow.js";
import {classTokenOnly} from "../../components/records/record.js";
import {knowVersion} from "../../components/records/versions.js";

const refused = /of version 2; version 1 is known here\. .+/;

test("what says no version is of the first; any other is refused with the remedy", () => {
  knowVersion("summary", undefined);
  knowVersion("summary", 1);
  assert.throws(() => knowVersion("summary", 2), refused);
  assert.throws(() => knowVersion("record", "1"), /version 1 is known here/);
});

test("a record's file says its version, and one of another is refused", () => {
  const bytes = encodeFeatures({width: 2, values: Float32Array.of(1, 2, 3, 4)});
  assert.equal(decodeFeatures(bytes).values.length, 4);
  const table = tableFromIPC(bytes);
  assert.equal(table.schema.metadata.get("version"), "1");
  table.schema.metadata.set("version", "2");
  const changed = tableToIPC(table, "file");
  assert.throws(() => decodeFeatures(changed), refused);
});

test("an export of another version is refused in every format that is read", async () => {
  const attention = {shape: [1, 1, 2, 2], data: Float32Array.of(0.5, 0.5, 0.5, 0.5)};
  const npz = writeNpz({attention: writeNpy(attention), format: writeNpyText("sfp-explorer export 2")});
  assert.throws(() => npzArrays(npz, "a.npz"), /a\.npz is an export of SFP Explorer of version 2/);
  const safetensors = writeSafetensors({attention}, {format: "sfp-explorer export 2"});
  await assert.rejects(openArrays(safetensors, "a.safetensors"), refused);
  // The words of other programs mean nothing here.
  await openArrays(writeSafetensors({attention}, {format: "pt"}), "a.safetensors");
  await openArrays(writeNpz({attention: writeNpy(attention), format: writeNpyText("theirs")}), "a.npz");
  const what: Export = {
    image: "x",
    grid: [1, 1],
    prefix: classTokenOnly,
    provenance: {model: "m", weights: "", device: "", method: "", options: [], versions: {}},
    arrays: {attention}
  };
  for (const format of exportFormats.filter((each) => each !== ".parquet"))
    assert.deepEqual([...(await openArrays(await writeExport(what, format), `a${format}`)).keys()].slice(0, 1), [
      "attention"
    ]);
});
