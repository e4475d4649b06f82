/** Rows of a figure's data, for whoever wants to draw it again. */
export type Rows = readonly Readonly<Record<string, string | number>>[];
