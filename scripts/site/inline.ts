/** Scripts within each page's head: what has to happen before the page is drawn, or without modules. */

/** The theme that the reader chose, or the system's, before the first pixel. `components/page/theme.ts` has the switch. */
const theme = `
let choice = null;
try { choice = localStorage.getItem("sfp-theme"); } catch {}
const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.theme = dark ? "dark" : "light";`;

/**
 * What Framework's pages lack for assistive technology: a language, the freedom to zoom, a name for the sidebar's
 * handle, a list with nothing but items in it, and a way past the sidebar.
 */
const accessibility = `
document.documentElement.lang = "en";
document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";
addEventListener("DOMContentLoaded", () => {
  document.querySelector("#observablehq-sidebar-toggle")?.setAttribute("aria-label", "Show the sidebar");
  const close = document.querySelector("#observablehq-sidebar-close");
  const item = document.createElement("li");
  item.style.position = "static";
  close?.before(item);
  if (close) item.append(close);
  // Framework says Alt-K where it listens to this.
  document.querySelector("#observablehq-search")?.setAttribute("data-shortcut", "/");
  const main = document.querySelector("#observablehq-main");
  if (!main) return;
  const skip = document.createElement("a");
  skip.className = "skip-link";
  skip.href = "#observablehq-main";
  skip.textContent = "Skip to the content";
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    // For this once: a click on the page's text must not give it the focus, which keys are told by.
    main.tabIndex = -1;
    main.addEventListener("blur", () => main.removeAttribute("tabindex"), {once: true});
    main.focus();
    main.scrollIntoView({behavior: "instant"});
  });
  document.body.prepend(skip);
});`;

/** A browser gives a page opened from a disk no modules: nothing but this script says so. */
const disk = `
if (location.protocol === "file:") addEventListener("DOMContentLoaded", () => {
  const note = document.createElement("p");
  note.className = "disk-note";
  note.setAttribute("role", "alert");
  note.style.cssText = "max-width:42rem;padding:1rem 1.25rem;border:2px solid currentColor;border-radius:6px;font:1rem/1.5 system-ui,sans-serif";
  const command = document.createElement("code");
  command.textContent = "npx http-server -o";
  command.style.fontSize = "1em";
  note.append(
    "This page was opened from a disk, and a browser runs its figures only when a server sends them. Open a terminal in the folder that holds index.html, run ",
    command,
    " (it comes with Node), and the site opens."
  );
  (document.querySelector("#observablehq-main") ?? document.body).prepend(note);
});`;

/** All of them as HTML. Each runs in a scope of its own. */
export const inlineScripts = [theme, accessibility, disk].map((code) => `<script>{${code}\n}</script>`).join("");
