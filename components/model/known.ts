/** What methods need to know of a model and no paper says. */
import type {GivenOptions} from "../analysis/options.js";

/**
 * RF-CLIP's channels of models whose width its code does not know. Its test looks for a channel with a large share of a
 * patch; at high-norm tokens of these two models one channel is large and *negative*, so that all others have about 1/192
 * of it, far below the released 5/192. Of all channels this one stands out most on the seven photos of the site, with
 * 0.0055 on average against 0.0031 elsewhere: no patch is distracted.
 */
const channels: Readonly<Record<string, string>> = {mini: "39", "vit-ti-16": "39"};

/** Options that a method cannot do without for this model; undefined where it needs none, or nobody knows them. */
export function knownOptions(model: string, method: string): GivenOptions | undefined {
  return method === "rf-clip" && Object.hasOwn(channels, model) ? {channels: channels[model]} : undefined;
}
