import type {Grid} from "../../records/record.js";

/** @throws RangeError that names a patch that a grid does not have */
export function needPatches(kind: string, patches: readonly number[], [rows, columns]: Grid): void {
  const beyond = patches.find((patch) => patch >= rows * columns);
  if (beyond !== undefined)
    throw new RangeError(
      `${kind}: there is no patch ${beyond}; a picture of ${rows} × ${columns} patches has patches 0 to ${rows * columns - 1}.`
    );
}
