import {render} from "katex";
import {useFormulaStyle} from "../../page/formulaStyle.js";
import {h} from "../../ui/dom.js";

/** The paper's equations, by their numbers. */
export const formulas: Readonly<Record<number, string>> = {
  1: String.raw`\mathrm{Attn} = \mathrm{Softmax}\!\left(\frac{QK^{\top}}{\sqrt{d}}\right)`,
  2: String.raw`F_{img} = \mathrm{FFN}(\mathrm{Attn}\,V)`,
  3: String.raw`\mathrm{Seg} = U\!\left(\arg\max_c\, \cos(F_{vis}, F_{txt})\right)`,
  4: String.raw`\mathcal{S} = \{\, i \mid \mathrm{Attn}_{i,i} < \mathrm{Attn}_{cls,i} \,\},\quad i \in [1, N]`,
  5: String.raw`\hat{F}_{img}[u] = \begin{cases} \tfrac{1}{8} \sum_{v \in \mathcal{N}_8(u)} F_{img}[v] & u \in \mathcal{S} \\[2pt] F_{img}[u] & \text{otherwise} \end{cases}`,
  6: String.raw`\mathrm{Attn}_{SAE} = \mathrm{Softmax}\!\left(\lambda\Big(\frac{QQ^{\top}}{\sqrt{d}} + \frac{KK^{\top}}{\sqrt{d}}\Big)\right)`,
  7: String.raw`F_{SAE} = F_{SOM} + \mathrm{FFN}(\mathrm{Attn}_{SAE}\,F_{SOM})`,
  8: String.raw`\overline{\mathrm{Attn}}^{\,l}_{j,i} = \begin{cases} \mathrm{Attn}^{l}_{j,i} & i \notin \mathcal{S}^{l} \\ 0 & \text{otherwise} \end{cases}`,
  9: String.raw`A = \sum_{l=1}^{L-1} \overline{\mathrm{Attn}}^{\,l}`,
  10: String.raw`A_{HAI} = \mathrm{norm}_c(\mathrm{norm}_r(A))`,
  11: String.raw`F_{vis} = A_{HAI}\, F_{SAE}`
};

/** An equation with its number, as the paper numbers it. */
export function formula(number: number): HTMLElement {
  useFormulaStyle();
  // It scrolls inside itself on a phone, also by keyboard.
  const element = h("div", {class: "formula", tabindex: 0, role: "group", "aria-label": `Equation ${number}`});
  render(formulas[number], element, {displayMode: true});
  element.append(h("span", {class: "formula-number"}, `(${number})`));
  return element;
}
