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

/** What the methods since compute, by their names here. */
const sinceFormulas = {
  pearl: String.raw`\begin{gathered} M = K_c^{\top} Q_c,\quad R \approx M\,(M^{\top}M)^{-1/2} \\ \mathrm{Softmax}\!\left(\tfrac{1}{\sqrt d}\big(Q\,(KR)^{\top} + \alpha\, K_c K_c^{\top}\big)\right) \end{gathered}`,
  propagation: String.raw`\big(\mathrm{diag}(D) + \mathrm{Lap}\big)\, X = D\,y`,
  registers: String.raw`z_{reg} = z_{i^*},\ i^* = \arg\max_i |z_i|, \qquad z_i = 0 \text{ for patches } i`,
  proxyclip: String.raw`W = \mathrm{Softmax}\big(\gamma\,(U - \beta\,\overline{U})_{\ge 0}\big),\quad U = \cos(E, E)`,
  lavg: String.raw`(\Delta - A)\,x = e\,\Delta\,x,\qquad A_{ij} = \begin{cases} 1 & \cos(k_i, k_j) > \tau \\ 10^{-5} & \text{otherwise} \end{cases}`,
  gla: String.raw`Z = \gamma\,(\hat K \hat K^{\top} - \beta\,\overline{\hat K \hat K^{\top}}),\quad W = \mathrm{Softmax}\big(Z_{\ge \min(\max_j Z,\, c)}\big)`,
  "rf-clip": String.raw`\max_{c \in C} \frac{x_c - \min x}{\sum (x - \min x)} > \frac{\sigma}{D}\ \Rightarrow\ x \leftarrow (1-\alpha)\,x + \tfrac{\alpha}{9} \sum_{\mathcal N_9} x`
} as const;

/** A formula of a method since. */
export type Since = keyof typeof sinceFormulas;

/** An equation with its number, as the paper numbers it. */
export function formula(number: number): HTMLElement {
  const element = rendered(formulas[number], `Equation ${number}`);
  element.append(h("span", {class: "formula-number"}, `(${number})`));
  return element;
}

/** The equation of a method since. */
export function sinceFormula(name: Since): HTMLElement {
  return rendered(sinceFormulas[name], `The equation of ${name}`);
}

function rendered(tex: string, label: string): HTMLElement {
  useFormulaStyle();
  // It scrolls inside itself on a phone, also by keyboard.
  const element = h("div", {class: "formula", tabindex: 0, role: "group", "aria-label": label});
  render(tex, element, {displayMode: true});
  return element;
}
