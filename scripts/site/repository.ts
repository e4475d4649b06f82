import {readFileSync} from "node:fs";

/** Where an address may be said. */
interface Said {
  env: Record<string, string | undefined>;
  /** The text of package.json. */
  manifest: string;
}

/**
 * The address of this project's repository, as its pages link to it: `REPOSITORY`, the repository that a GitHub workflow
 * runs for, or the `repository` field of package.json. Undefined where none of them says: none is made up.
 *
 * @throws Error when what is said is no web address
 */
export function repositoryAddress({env, manifest}: Said = said()): string | undefined {
  const {repository} = JSON.parse(manifest) as {repository?: string | {url?: string}};
  const {REPOSITORY, GITHUB_SERVER_URL, GITHUB_REPOSITORY} = env;
  const written =
    REPOSITORY ||
    (GITHUB_SERVER_URL && GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`) ||
    (typeof repository === "string" ? repository : repository?.url);
  if (!written) return undefined;
  const address = written
    .replace(/^git\+/, "")
    .replace(/^git@([^:]+):/, "https://$1/")
    .replace(/^github:|^(?=[\w-]+\/[\w.-]+$)/, "https://github.com/")
    .replace(/\.git$/, "");
  if (!/^https?:\/\/[^\s"<>]+$/.test(address))
    throw new Error(`${written} is no address of a repository; write https://HOST/OWNER/NAME.`);
  return address;
}

function said(): Said {
  return {env: process.env, manifest: readFileSync(new URL("../../package.json", import.meta.url), "utf8")};
}
