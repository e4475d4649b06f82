// The address of the project's repository, as it may be written.
import assert from "node:assert/strict";
import {test} from "node:test";
import {repositoryAddress} from "../../scripts/site/repository.js";

const address = (repository: unknown, env = {}) =>
  repositoryAddress({env, manifest: JSON.stringify({name: "x", repository})});

test("every way to write a repository gives its web address", () => {
  for (const written of [
    "https://github.com/someone/sfp-explorer",
    "git+https://github.com/someone/sfp-explorer.git",
    "git@github.com:someone/sfp-explorer.git",
    "github:someone/sfp-explorer",
    "someone/sfp-explorer",
    {type: "git", url: "git+https://github.com/someone/sfp-explorer.git"}
  ])
    assert.equal(address(written), "https://github.com/someone/sfp-explorer", JSON.stringify(written));
});

test("the environment comes first, and nothing is made up", () => {
  assert.equal(address("a/b", {REPOSITORY: "https://example.org/c/d"}), "https://example.org/c/d");
  const workflow = {GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "who/fork"};
  assert.equal(address("a/b", workflow), "https://github.com/who/fork");
  assert.equal(address(undefined), undefined);
  assert.throws(() => address(undefined, {REPOSITORY: "here"}), /here is no address/);
});
