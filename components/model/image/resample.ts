/** The three interpolations of the project, one per purpose; see each for what it equals. */
export {resizeBicubic} from "./resample-bicubic.js";
export {resizeLinear} from "./resample-linear.js";
export {resizePlanes} from "./resample-planes.js";
export {linearTaps, type LinearTaps} from "./taps.js";
