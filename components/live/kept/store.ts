/** A small drawer in the browser's database: one live run and its parts, for the pages that its reader goes to next. */
import {Database} from "../../ui/database.js";

/** What lies there: the run itself, and one entry a part. */
export const drawer = new Database("sfp-explorer-live", ["run", "parts"]);
