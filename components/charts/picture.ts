/**
 * Makes a chart one picture with one name. Plot names each mark's group ("line", "dot") without a
 * role, which assistive technology must not read; the figure's words say what the chart shows.
 */
export function asPicture<E extends Element>(chart: E, label: string): E {
  for (const group of chart.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", label);
  return chart;
}
