/** How long a figure is waited for, in ms. */
const patience = 30_000;

/** Resolves once a slide's figures are drawn, or cannot be. */
export async function drawn(sheet: HTMLElement, figures: number): Promise<void> {
  const began = Date.now();
  const ready = () => {
    const all = [...sheet.querySelectorAll(".figure-drawing")];
    const open = all.filter((slot) => slot.matches(".is-empty:not(.is-failed)"));
    return all.length >= figures && open.length === 0 && !sheet.querySelector('[data-drawn*="false"]');
  };
  while (!ready() && Date.now() - began < patience) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 150));
}
