import assert from "node:assert/strict";
import {test} from "node:test";
import {clean, fixText} from "../../components/model/text/clean.js";
import {unescapeHtml} from "../../components/model/text/entities.js";
import {hardStrings} from "../support/text-shared.js";

test("cleans hard strings as CLIP's own code does with ftfy", () => {
  for (const [text, cleaned] of hardStrings) assert.equal(clean(text), cleaned, JSON.stringify(text));
});

test("unescapes HTML twice, and only twice where a < says that the text may be HTML", () => {
  assert.equal(unescapeHtml("&amp;lt;&copy&#xe9;&#233&#x80;&nosuch;"), "&lt;©éé€&nosuch;");
  assert.equal(clean("< &amp;amp;amp;lt;"), "< &amp;lt;");
  assert.equal(clean("&amp;amp;amp;lt;"), "<");
});

test("repairs damaged UTF-8, once or twice damaged, and leaves what people write", () => {
  assert.equal(fixText("cafÃ©, itâ€™s Ã¢â‚¬Å“okÃ¢â‚¬\u009d"), 'café, it\'s "ok"');
  for (const text of ["«CAFÉ»", "CAFÉ»", "é…", "SÃO PAULO", "Å is a word", "Müller", "ÉTÉ"])
    assert.equal(fixText(text), text);
});
