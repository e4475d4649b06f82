/** Light, dark, or what the system says: the reader's choice, kept by the browser and shared by its windows. */
import {h, isDark, turnDark} from "../ui/dom.js";
import {segmented} from "../ui/inputs.js";
import {addKeys} from "./keyboard.js";

const themes = [
  {value: "system", label: "System", hint: "As the system is set"},
  {value: "light", label: "Light"},
  {value: "dark", label: "Dark"}
] as const;

type Theme = (typeof themes)[number]["value"];

/** Where the choice is kept; `scripts/site/inline.ts` reads it before the page is drawn. */
const memory = "sfp-theme";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** Puts the switch into the sidebar and keeps the page as it says. Call it once a page. */
export function startTheme(): void {
  let chosen = kept();
  const choose = (theme: Theme) => {
    chosen = theme;
    keep(theme);
    control.update({value: theme});
    apply(theme);
  };
  const control = segmented<Theme>({label: "Theme", options: themes, value: chosen, quiet: true, onChange: choose});
  document.getElementById("observablehq-sidebar")?.append(h("div", {class: "theme-switch"}, control));
  addKeys([[["d"], "dark or light"]], ({key}) => {
    if (key === "d") choose(isDark() ? "light" : "dark");
    return key === "d";
  });
  // A page's head did so already; a deck in one file has no such head.
  apply(chosen);
  systemIsDark.addEventListener("change", () => apply(chosen));
  addEventListener("storage", ({key}) => {
    if (key !== memory && key !== null) return;
    chosen = kept();
    control.update({value: chosen});
    apply(chosen);
  });
}

function apply(theme: Theme): void {
  turnDark(theme === "dark" || (theme === "system" && systemIsDark.matches));
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(memory);
    return themes.find(({value}) => value === found)?.value ?? "system";
  } catch {
    return "system";
  }
}

/** Where nothing can be kept, the choice holds for this page. */
function keep(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(memory);
    else localStorage.setItem(memory, theme);
  } catch {
    // The browser keeps nothing for this site.
  }
}
