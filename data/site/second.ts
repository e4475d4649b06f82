import {findModel, idOf, isRepository} from "../hub/folders.js";

/** Models to look through, the most telling first; the last is always at hand. */
const usual = ["dinov2-b-reg4", "dinov2-b", "dinov2-s-reg4", "dinov2-s", "vit-ti-16", "mini"];

/**
 * The second model through which methods look in the site's analyses of a model: what `PROXY` names, else the first other
 * one of the usual ones that is here.
 *
 * @throws HubError when PROXY names a model that is not here
 */
export async function secondModel(id: string): Promise<string | undefined> {
  const asked = process.env.PROXY;
  if (asked) {
    const name = isRepository(asked) ? idOf(asked) : asked;
    await findModel(name);
    return name;
  }
  for (const name of usual) {
    if (name === id) continue;
    const here = await findModel(name).then(
      () => true,
      () => false
    );
    if (here) return name;
  }
  return undefined;
}
