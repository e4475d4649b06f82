/**
 * HTML character references, as far as words for a segmentation ever carry them: every numeric one,
 * and the named ones of HTML 4 (252 and `apos`). The further 1,900 names of HTML 5 stay as they are written.
 */

/** Names of U+00A0 to U+00FF, in order. Browsers accept these without the semicolon too. */
const latin1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro " +
  "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil " +
  "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave " +
  "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
  "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute " +
  "thorn yuml";

/** Runs of neighbouring code points: the first one in hexadecimal, then the names. */
const symbols =
  "152:OElig.oelig 160:Scaron.scaron 178:Yuml 192:fnof 2c6:circ 2dc:tilde 391:Alpha.Beta.Gamma.Delta.Epsilon.Zeta.Eta." +
  "Theta.Iota.Kappa.Lambda.Mu.Nu.Xi.Omicron.Pi.Rho 3a3:Sigma.Tau.Upsilon.Phi.Chi.Psi.Omega 3b1:alpha.beta.gamma.delta." +
  "epsilon.zeta.eta.theta.iota.kappa.lambda.mu.nu.xi.omicron.pi.rho.sigmaf.sigma.tau.upsilon.phi.chi.psi.omega " +
  "3d1:thetasym.upsih 3d6:piv 2002:ensp.emsp 2009:thinsp 200c:zwnj.zwj.lrm.rlm 2013:ndash.mdash 2018:lsquo.rsquo.sbquo " +
  "201c:ldquo.rdquo.bdquo 2020:dagger.Dagger.bull 2026:hellip 2030:permil 2032:prime.Prime 2039:lsaquo.rsaquo " +
  "203e:oline 2044:frasl 20ac:euro 2111:image 2118:weierp 211c:real 2122:trade 2135:alefsym 2190:larr.uarr.rarr.darr." +
  "harr 21b5:crarr 21d0:lArr.uArr.rArr.dArr.hArr 2200:forall 2202:part.exist 2205:empty 2207:nabla.isin.notin 220b:ni " +
  "220f:prod 2211:sum.minus 2217:lowast 221a:radic 221d:prop.infin 2220:ang 2227:and.or.cap.cup.int 2234:there4 " +
  "223c:sim 2245:cong 2248:asymp 2260:ne.equiv 2264:le.ge 2282:sub.sup.nsub 2286:sube.supe 2295:oplus 2297:otimes " +
  "22a5:perp 22c5:sdot 2308:lceil.rceil.lfloor.rfloor 25ca:loz 2660:spades 2663:clubs 2665:hearts.diams 27e8:lang.rang";

const withoutSemicolon = new Map<string, string>([
  ...latin1.split(" ").map((name, i): [string, string] => [name, String.fromCodePoint(0xa0 + i)]),
  ...Object.entries({amp: "&", AMP: "&", lt: "<", LT: "<", gt: ">", GT: ">", quot: '"', QUOT: '"', COPY: "©", REG: "®"})
]);

const named = new Map<string, string>([...withoutSemicolon, ["apos", "'"]]);
for (const run of symbols.split(" ")) {
  const [first, names] = run.split(":");
  names.split(".").forEach((name, i) => named.set(name, String.fromCodePoint(parseInt(first, 16) + i)));
}

/** Bytes 0x80 to 0x9F of Windows-1252; five of them stand for nothing and keep their own number. */
export const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/**
 * Replaces character references once, by the rules of HTML: a missing semicolon is forgiven where old
 * pages relied on it, `&#150;` means what Windows-1252 meant by it, and a number that names no
 * character disappears.
 */
export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, (whole, body: string) =>
    body.startsWith("#") ? numeric(body) : (byName(body) ?? whole)
  );
}

/** As {@link unescapeHtml}, but only complete references, and `&NTILDE;` counts as `Ñ`. */
export function unescapeCompleteHtml(text: string): string {
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (whole) => {
    const name = whole.slice(1, -1);
    if (name.startsWith("#")) return /^#(\d+|[xX][\da-fA-F]+)$/.test(name) ? numeric(name) : whole;
    const upper = name === name.toUpperCase() ? named.get(name.toLowerCase())?.toUpperCase() : undefined;
    return named.get(name) ?? upper ?? whole;
  });
}

function byName(body: string): string | undefined {
  if (body.endsWith(";") && named.has(body.slice(0, -1))) return named.get(body.slice(0, -1));
  for (let length = body.length; length > 1; length--) {
    const char = withoutSemicolon.get(body.slice(0, length));
    if (char !== undefined) return char + body.slice(length);
  }
  return undefined;
}

function numeric(body: string): string {
  const digits = body.replace(/;$/, "").slice(1);
  const code = /^x/i.test(digits) ? parseInt(digits.slice(1), 16) : parseInt(digits, 10);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return windows1252[code - 0x80];
  const control = code < 9 || code === 11 || (code > 13 && code < 32) || code === 0x7f;
  const noCharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return control || noCharacter ? "" : String.fromCodePoint(code);
}
