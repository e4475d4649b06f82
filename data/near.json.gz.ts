// Words near in meaning to those that models without a text tower answer, by WordNet: what a page offers for others.
import {readFileSync} from "node:fs";
import {gzipSync} from "node:zlib";
import type {LexiconFile} from "../components/model/lexicon.js";
import {plain} from "../components/model/spelling.js";
import {nearTable, openWordNet} from "./files/wordnet.js";
import {listedWords} from "./records/words.js";

const lexicon = JSON.parse(readFileSync(new URL("models/mini/lexicon.json", import.meta.url), "utf8")) as LexiconFile;
const known = [...Object.keys(lexicon.words), ...lexicon.classes.flat(), ...listedWords()].map(plain);
process.stdout.write(gzipSync(JSON.stringify(nearTable(openWordNet(), known))));
