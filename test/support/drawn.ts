/** What figures have drawn, as they say in `data-drawn`. */
import type {Page} from "playwright-core";
import type {Drawn} from "../../components/figures/frame/figure.js";

interface Waiting {
  /** Milliseconds; the page's own when it is not given. */
  timeout?: number;
  /** Whether the figure is brought into sight first: out of sight it does not draw. */
  scroll?: boolean;
}

/**
 * Waits until a figure has drawn something, with all of the values that are given.
 *
 * @param id its name in the catalogue
 * @returns all that it has drawn
 */
export async function drawn(
  page: Page,
  id: string,
  wanted: Drawn = {},
  {timeout, scroll = true}: Waiting = {}
): Promise<Drawn> {
  if (scroll) await page.locator(`#figure-${id}`).scrollIntoViewIfNeeded({timeout});
  const values = Object.entries(wanted).map(([key, value]) => [key, JSON.stringify(value)]);
  const handle = await page.waitForFunction(
    ([name, expected]) => {
      const text = document.getElementById(`figure-${name}`)?.dataset.drawn;
      if (!text) return undefined;
      const said = JSON.parse(text) as Record<string, unknown>;
      return expected.every(([key, value]) => JSON.stringify(said[key]) === value) ? said : undefined;
    },
    [id, values] as const,
    {timeout}
  );
  return (await handle.jsonValue()) as Drawn;
}
