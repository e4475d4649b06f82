/** Saves what is shown as one file that NumPy, PyTorch, pyarrow and DuckDB read: the arrays that `sfp export` writes. */
import {exportFormats, type ExportFormat} from "../../exchange/write.js";
import {save} from "../../figures/export/save.js";
import type {RecordSource} from "../../records/record.js";
import {h} from "../../ui/dom.js";
import {menu} from "../../ui/inputs.js";
import {reasonOf} from "../../ui/reason.js";

/** What there is to save. */
interface Saved {
  source: RecordSource;
  /** Methods that were run beside SFP's stages. */
  methods: readonly string[];
}

/** The formats as a reader knows them. */
const formats: Readonly<Record<ExportFormat, string>> = {
  ".npz": "NumPy (.npz)",
  ".arrow": "Arrow (.arrow)",
  ".parquet": "Parquet (.parquet)",
  ".safetensors": "safetensors"
};

/** A menu of formats and a button; `offer` shows them once a run is complete. */
export function saveRun(shown: () => Saved | undefined): {element: HTMLElement; offer(there: boolean): void} {
  let format: ExportFormat = ".npz";
  const choice = menu<ExportFormat>({
    label: "Save this run as",
    options: exportFormats.map((value) => ({value, label: formats[value]})),
    value: format,
    onChange: (value) => (format = value)
  });
  const said = h("span", {role: "status"});
  const button = h(
    "button",
    {
      type: "button",
      title: "Maps of every head, tokens, class rows, diagonals, norms, sets and features, at full precision",
      onclick: () => void act()
    },
    "Save"
  );
  const act = async () => {
    const found = shown();
    if (!found) return;
    button.disabled = true;
    try {
      save(new Blob([await fileOf(found, format, (words) => (said.textContent = words))]), nameOf(found, format));
      said.textContent = "";
    } catch (error) {
      said.textContent = `Not saved: ${reasonOf(error)}`;
    } finally {
      button.disabled = false;
    }
  };
  const element = h("p", {class: "live-save", hidden: true}, choice, button, said);
  return {
    element,
    offer: (there) => {
      element.hidden = !there;
      said.textContent = "";
    }
  };
}

async function fileOf(
  {source, methods}: Saved,
  format: ExportFormat,
  tell: (words: string) => void
): Promise<Uint8Array<ArrayBuffer>> {
  const [{sourceExport, stagesOf}, {writeExport}] = await Promise.all([
    import("../../exchange/sourceExport.js"),
    import("../../exchange/write.js")
  ]);
  const stages = new Set([...stagesOf(source.record), ...methods.filter((method) => method !== "sfp")]);
  const found = await sourceExport(source, [...stages], (done, of) => tell(`${done} of ${of} parts`));
  return new Uint8Array(await writeExport(found, format));
}

/** "sfp-explorer-mini-coffee.npz". */
function nameOf({source: {record}}: Saved, format: ExportFormat): string {
  return `sfp-explorer-${record.provenance.model}-${record.image}${format}`;
}
