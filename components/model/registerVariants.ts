/** Methods on a trunk with a test-time register, which pages compare with SFP's repair: declared once. */
import {formatOption, type GivenOptions, type Neuron} from "../analysis/options.js";
import {methods} from "./methods/index.js";

/** A method with registers, under a name of its own. */
export interface RegisterVariant {
  /** As files name its features: "clearclip-registers". */
  name: string;
  method: string;
  title: string;
  about: string;
}

/** The last layers that are compared so: the model's own, and the one that SFP's ablation begins from. */
const lastLayers = ["clip", "clearclip"] as const;

export const registerVariants: readonly RegisterVariant[] = lastLayers.map((method) => ({
  name: `${method}-registers`,
  method,
  title: `${methods[method].short ?? methods[method].title} + register`,
  about: `${methods[method].title} with one test-time register, which takes over the activation of ten neurons.`
}));

/** A model whose neurons were searched, by the hash of its weights: the numbers of neurons mean nothing in any other. */
interface Searched {
  model: string;
  weights: string;
  /** Best first, as layer:index. */
  neurons: readonly string[];
}

/**
 * `npm run sfp -- neurons --model ID --image ... -o threshold=100 -o sparse=on -o highest=8 -o top=20`, on the seven
 * photos that are analysed whole, never on those measured. High-norm tokens appear in the output of layer 8 of both.
 */
export const searchedModels: readonly Searched[] = [
  {
    model: "mini",
    weights: "2383cb51fdbca429d83ee76ad69788834ccf605ec1a60f03953257fac75e926a",
    neurons:
      "8:128 8:660 8:365 8:494 8:676 8:41 8:757 8:280 8:705 8:216 8:760 8:496 8:373 7:586 8:601 8:161 7:115 6:430 8:308 5:571".split(
        " "
      )
  },
  {
    model: "vit-ti-16",
    weights: "0d5b7d14308410ad1ac678f3ef2572615a926b92b552d282751a2b7b82c8a7a8",
    neurons:
      "8:417 7:189 7:59 6:485 5:516 8:711 6:533 3:505 7:104 5:705 8:335 4:181 4:167 2:44 7:641 8:250 8:116 7:145 8:605 8:650".split(
        " "
      )
  }
];

/** How many neurons the register takes over. */
const most = 10;

/** The options of the variants for some weights; undefined where no neurons were searched. */
export function registerSettings(weights: string): GivenOptions | undefined {
  const found = searchedModels.find((each) => each.weights === weights);
  if (!found) return undefined;
  const neurons = found.neurons.slice(0, most).map((text): Neuron => {
    const [layer, index] = text.split(":").map(Number);
    return {layer, index};
  });
  return {registers: 1, neurons: formatOption(neurons)};
}
