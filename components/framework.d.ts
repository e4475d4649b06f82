// What Framework provides to the modules that run in its pages, and a library without types.

declare module "observablehq:stdlib" {
  interface File {
    readonly name: string;
    readonly mimeType: string;
    readonly href: string;
    readonly size: number;
    readonly lastModified: number;
    url(): Promise<string>;
    blob(): Promise<Blob>;
    arrayBuffer(): Promise<ArrayBuffer>;
    text(encoding?: string): Promise<string>;
    json(): Promise<unknown>;
    stream(): Promise<ReadableStream<Uint8Array>>;
    image(props?: Partial<HTMLImageElement>): Promise<HTMLImageElement>;
  }
  export function FileAttachment(name: string): File;
  export function resize(render: (width: number, height: number) => Node): HTMLElement;
  export const Generators: {
    observe<T>(initialize: (change: (value: T) => void) => (() => void) | void): AsyncGenerator<T>;
    input<T>(element: HTMLElement & {value: T}): AsyncGenerator<T>;
    dark(): AsyncGenerator<boolean>;
    width(element: Element): AsyncGenerator<number>;
  };
}
