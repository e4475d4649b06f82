import {readdirSync} from "node:fs";

/** The address, below the base path, of a module in a built site: `built("components/live/client")`. */
export function built(module: string, folder = "dist"): string {
  const at = module.lastIndexOf("/");
  const [path, name] = [`_import/${module.slice(0, at)}`, module.slice(at + 1)];
  const file = readdirSync(`${folder}/${path}`).find((each) => new RegExp(`^${name}\\.[0-9a-f]+\\.js$`).test(each));
  if (!file) throw new Error(`The built site has no module ${module}; build it first.`);
  return `${path}/${file}`;
}
