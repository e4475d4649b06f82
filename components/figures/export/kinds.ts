/** Every kind of file that a figure gives, declared once: menus, dialogs and file names derive from it. */
import type {Rows} from "../frame/rows.js";
import {captionWords, type Caption} from "./caption.js";
import {toCsv} from "./csv.js";
import {drawFigure, pngBlob, svgBlob, type PaperOptions} from "./picture.js";

/** A figure that is exported. */
export interface ExportedFigure {
  figure: HTMLElement;
  caption: Caption;
  /** Its numbers, where it has some. */
  rows?: () => Rows;
}

export interface ExportKind {
  label: string;
  /** The end of its files' names. */
  end: string;
  hint: string;
  /** Whether it shows the drawing, or holds the numbers. */
  of: "drawing" | "numbers";
  make: (subject: ExportedFigure, options: PaperOptions) => Promise<Blob>;
}

/** Twice the page's 96 pixels to the inch. */
const usual = 192;

const numbers = ({rows, caption}: ExportedFigure): Rows => {
  if (!rows) throw new Error(`The figure “${caption.title}” has no numbers to save.`);
  return rows();
};

export const exportKinds = {
  png: {
    label: "PNG",
    end: "png",
    hint: "Save as a picture, twice the size, on white (with Shift, as it looks here)",
    of: "drawing",
    make: async ({figure, caption}, options) =>
      pngBlob(await drawFigure(figure, caption, options), caption, options.perInch ?? usual)
  },
  svg: {
    label: "SVG",
    end: "svg",
    hint: "Save as vectors: texts are texts, maps are crisp, on white (with Shift, as it looks here)",
    of: "drawing",
    make: async ({figure, caption}, options) =>
      svgBlob(await drawFigure(figure, caption, options), options.inches !== undefined)
  },
  pdf: {
    label: "PDF",
    end: "pdf",
    hint: "Save as a page of its size, in vectors with its typefaces, on white (with Shift, as it looks here)",
    of: "drawing",
    make: async ({figure, caption}, options) => {
      const [page, {toPdf}] = await Promise.all([drawFigure(figure, caption, options), import("./pdf.js")]);
      return toPdf([page], {title: caption.title, subject: caption.source});
    }
  },
  csv: {
    label: "CSV",
    end: "csv",
    hint: "Save the numbers as a text table",
    of: "numbers",
    make: async (subject) => new Blob([toCsv(numbers(subject))], {type: "text/csv"})
  },
  arrow: {
    label: "Arrow",
    end: "arrow",
    hint: "Save the numbers as an Arrow file, with their types and this caption",
    of: "numbers",
    make: async (subject) => {
      const {toArrow} = await import("../frame/arrowRows.js");
      const bytes = toArrow(numbers(subject), captionWords(subject.caption));
      return new Blob([bytes], {type: "application/vnd.apache.arrow.file"});
    }
  }
} as const satisfies Record<string, ExportKind>;

export type KindId = keyof typeof exportKinds;

/** All kinds, in the order of menus. */
export const kindIds = Object.keys(exportKinds) as KindId[];

/** Puts a figure's picture on the clipboard; false where the browser does not allow it. */
export async function copyPicture(subject: ExportedFigure, options: PaperOptions): Promise<boolean> {
  try {
    // The clipboard is asked within the click, and waits for the picture.
    await navigator.clipboard.write([new ClipboardItem({"image/png": exportKinds.png.make(subject, options)})]);
    return true;
  } catch {
    return false;
  }
}
