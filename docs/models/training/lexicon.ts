/**
 * Writes the lexicon: the names of ImageNet-1k's classes, and the more general words that people type, each as
 * a set of classes.
 *
 *     npm pack @tensorflow-models/mobilenet@2.1.1 && tar xzf tensorflow-models-mobilenet-2.1.1.tgz
 *     node --import tsx docs/models/training/lexicon.ts package data/models/mini/lexicon.json
 *
 * The class names come from that package. The words were grouped by hand along WordNet's hypernyms. A word
 * with no honest set is left out and stands under `missing`, with the reason.
 */
import {readFileSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {resolve} from "node:path";

const [packageFolder, target] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const {IMAGENET_CLASSES} = require(resolve(packageFolder, "dist/imagenet_classes.js")) as {
  IMAGENET_CLASSES: Record<number, string>;
};
const {name, version, license} = JSON.parse(readFileSync(resolve(packageFolder, "package.json"), "utf8")) as {
  name: string;
  version: string;
  license: string;
};

/** "7-24, 80" as 7, 8, ... 24, 80. */
function set(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number);
    return Array.from({length: to - from + 1}, (_, i) => from + i);
  });
}

const people = "981-983";
const planes = "404,895";
const bicycles = "444,671";
const motorbikes = "665,670";
const cars = "407,436,468,511,609,627,656,661,751,817";
const buses = "654,779,874";
const trucks = "555,569,675,717,864,867";
const trains = "466,547,565,705,820";
const boats = "472,484,554,576,625,814,871,914";
const ships = "403,510,628,724,780";
const screens = "664,782,851";
const chairs = "423,559,765";
const birds = "7-24,80-100,127-146";
const fruits = "948-957";
const vegetables = "936-946";
const instruments =
  "401,402,420,432,486,494,513,541,546,558,566,577,579,593,594,641,642,683,684,687,699,776,822,875,881,889";

/** The words, the classes of each. Several words may share a set. */
const words: [string, string][] = [
  // Animals
  ["animal", "0-397"],
  ["mammal", "101-106,147-299,330-388"],
  ["dog, puppy", "151-268"],
  ["cat, kitten, domestic cat", "281-285"],
  ["big cat, wild cat", "286-293"],
  ["wolf", "269-271"],
  ["fox", "277-280"],
  ["bear", "294-297"],
  ["panda", "387,388"],
  ["elephant", "101,385,386"],
  ["horse", "339"],
  ["cow, cattle, bull", "345"],
  ["buffalo", "346,347"],
  ["sheep", "348,349"],
  ["goat", "350"],
  ["antelope", "351-353"],
  ["pig", "341-343"],
  ["camel", "354"],
  ["rabbit, bunny", "330-332"],
  ["rodent", "333-338"],
  ["squirrel", "335"],
  ["monkey", "370-382"],
  ["ape", "365-369"],
  ["lemur", "383,384"],
  ["primate", "365-384"],
  ["whale", "147,148"],
  ["seal", "150"],
  ["bird", birds],
  ["chicken", "7,8"],
  ["rooster", "7"],
  ["duck", "97,98"],
  ["swan", "100"],
  ["owl", "24"],
  ["eagle", "22"],
  ["parrot", "87-90"],
  ["penguin", "145"],
  ["stork", "127,128"],
  ["heron", "131,132"],
  ["finch", "11,12"],
  ["reptile", "33-68"],
  ["snake", "52-68"],
  ["lizard", "38-48"],
  ["turtle, tortoise", "33-37"],
  ["crocodile, alligator", "49,50"],
  ["dinosaur", "51"],
  ["amphibian", "25-32"],
  ["frog, toad", "30-32"],
  ["salamander", "25-29"],
  ["fish", "0-6,389-397"],
  ["shark", "2-4"],
  ["ray", "5,6"],
  ["insect, bug", "300-326"],
  ["beetle", "300-307"],
  ["butterfly", "321-326"],
  ["spider", "72-77"],
  ["crab", "118-121,125"],
  ["lobster", "122,123"],
  ["crustacean", "118-126"],
  ["coral", "109,973"],
  // People
  ["person, people, human", people],
  ["person in shirt, people in shirt", `${people},610`],
  ["person in jeans, people in jeans", `${people},608`],
  ["person in dress, people in dress", `${people},578,601`],
  ["person in sweater, people in sweater", `${people},474,841`],
  ["person in skirt, people in skirt", `${people},655,689`],
  ["person in jacket, people in jacket", `${people},617,869`],
  ["bride, wedding", "982"],
  ["diver", "983"],
  // Vehicles
  [
    "vehicle",
    [planes, bicycles, motorbikes, cars, buses, trucks, trains, boats, ships, "734,829,847,866,870"].join(",")
  ],
  ["car, automobile", cars],
  ["taxi", "468"],
  ["truck, lorry", trucks],
  ["van", "656,675,734"],
  ["bus", buses],
  ["train", trains],
  ["locomotive", "466,547,820"],
  ["tram", "829"],
  ["bicycle, bike", bicycles],
  ["motorbike, motorcycle", motorbikes],
  ["scooter", "670"],
  ["aeroplane, airplane, plane", planes],
  ["aircraft", `${planes},405,417`],
  ["boat", boats],
  ["ship", ships],
  ["sailing boat, sailboat", "484,780,871,914"],
  ["rocket", "657,744,812"],
  ["wheel", "479"],
  // Furniture and the house
  ["furniture", `${chairs},453,493,495,516,520,526,532,564,703,831,857,894`],
  ["chair, seat", chairs],
  ["bench", "703"],
  ["sofa, couch", "831"],
  ["bed", "564"],
  ["table, diningtable", "532"],
  ["desk", "526"],
  ["cabinet", "493,495,648"],
  ["shelf", "453"],
  ["lamp", "846"],
  ["curtain", "794,854"],
  ["door", "799"],
  ["window", "904,905"],
  ["tv", "851"],
  ["tvmonitor, tv monitor, television monitor", screens],
  ["computer", "527,590,620,681"],
  ["keyboard", "508,878"],
  ["phone, telephone", "487,528,707"],
  ["camera", "732,759"],
  ["clock", "409,530,892"],
  ["watch", "531"],
  ["bottle", "440,720,737,898,907"],
  ["cup", "504,968"],
  ["mug", "504"],
  ["coffee", "504,967"],
  ["glass, drinking glass", "441,572"],
  ["bowl", "659,809"],
  ["pan", "567"],
  ["knife", "499,623"],
  ["spoon", "910"],
  ["bag", "414,636,728,748"],
  ["box", "478,492,519,709"],
  ["basket", "588,790"],
  ["book", "917,921"],
  ["toy", "850"],
  // Clothes
  [
    "clothes, clothing",
    "399-400,411,445,474,501,568,578,601,608,610,614,617,638,639,652,655,689,697,735,834,841,842,869"
  ],
  ["hat", "439,452,515,808"],
  ["helmet", "518,560"],
  ["shoe", "502,514,630,770,774"],
  ["dress", "578,601"],
  ["skirt", "655,689"],
  ["shirt", "610"],
  ["jeans", "608"],
  ["sweater", "474,841"],
  ["jacket, coat", "568,617,869"],
  ["glasses", "836,837"],
  // Sport, music, tools
  ["ball", "429,430,522,574,722,768,805,852,890"],
  ["football", "805"],
  ["guitar", "402,546"],
  ["piano", "579,881"],
  ["musical instrument, instrument", instruments],
  ["gun", "413,763,764"],
  ["weapon", "413,456,471,657,763,764"],
  ["tool", "512,587,596,740,784,792"],
  // Food
  ["food", `924-935,${vegetables},${fruits},959-967,969`],
  ["fruit", fruits],
  ["apple", "948"],
  ["vegetable", vegetables],
  ["cabbage", "936"],
  ["squash", "940-942"],
  ["bread", "930-932"],
  ["burger, hamburger", "933"],
  ["sausage", "934"],
  ["mushroom", "947,992,993,996,997"],
  ["wine", "907,966"],
  ["drink", "966,967,969"],
  // Places and plants
  ["plant", "738,984-986"],
  ["pottedplant, potted plant", "738"],
  ["flower", "984-986"],
  ["building", "415,424-425,449,467,483,497,498,580,624,663,668,698,727,743,762,832"],
  ["church", "497"],
  ["temple", "668,832"],
  ["shop", "415,424,454,467,509,582,788,860,865"],
  ["bridge", "821,839,888"],
  ["tower", "437,442,900"],
  ["fence", "489,716,912"],
  ["wall", "825"],
  ["roof", "853,858"],
  ["mountain", "970,980"],
  ["beach", "977,978"],
  ["sand, sands", "977"],
  ["lake", "975"],
  ["coast", "976,978"],
  ["flag", "557"]
];

/** What a reader should know before trusting a word. */
const notes: Record<string, string> = {
  person:
    "Weak: ImageNet-1k has three classes of people (ballplayer, groom, scuba diver). Expect a person to be found by clothes and context, if at all. The same holds for people, human, and person in ...",
  "person in shirt":
    "The three classes of people and the garment's own classes, whose photos mostly show someone wearing it.",
  horse: "One class, sorrel: a horse's colour in WordNet, and in ImageNet photos of brown horses.",
  cow: "One class, ox. Water buffalo and bison answer to buffalo.",
  sheep: "Two classes, ram and bighorn: rams, not ewes and lambs.",
  goat: "One class, ibex.",
  seal: "One class, sea lion.",
  motorbike: "Moped and motor scooter: ImageNet-1k has no class of motorcycles.",
  sofa: "One class, studio couch.",
  table: "One class, dining table (WordNet: dining table, board).",
  bed: "One class, four-poster.",
  lamp: "One class, table lamp.",
  door: "One class, sliding door.",
  window: "Window screen and window shade.",
  shelf: "One class, bookcase.",
  wall: "One class, stone wall.",
  pottedplant: "One class, pot (flowerpot).",
  plant: "Flowerpots and three flowering plants: green plants have no class of their own.",
  flower: "Rapeseed, daisy, yellow lady's slipper.",
  mountain: "Alp and volcano.",
  cup: "Cup and coffee mug. (In WordNet the class is a punch; its photos show cups of tea and coffee.)",
  rocket: "Missile (twice) and space shuttle.",
  apple: "One class, Granny Smith.",
  flag: "One class, flagpole.",
  book: "Comic book and book jacket.",
  box: "Carton, chest, crate, pencil box.",
  toy: "One class, teddy.",
  temple: "Mosque and stupa: there is no pagoda.",
  plane: "Aeroplanes. The carpenter's plane answers to \"carpenter's plane\".",
  mouse: "The class is the computer mouse; there is no animal of that name.",
  amphibian: 'The animals. The vehicle answers to "amphibious vehicle".',
  crane: "Both classes of that name, the bird and the machine.",
  screen: "The class is the screen of a computer or television."
};

const none = "ImageNet-1k has no class for it";
/** Words that people type and that these classes cannot answer. */
const missing: Record<string, string> = {
  tree: `${none}; leaves and bark appear as background only`,
  ...Object.fromEntries(
    "sky cloud grass road street river sea water wood floor ceiling hill stair rail snow sun moon"
      .split(" ")
      .map((word) => [word, none])
  ),
  ...Object.fromEntries(
    "man woman boy girl child baby face hand hair eye astronaut".split(" ").map((word) => [word, `${none}; see person`])
  ),
  deer: `${none}; see antelope`,
  giraffe: none,
  helicopter: none,
  pagoda: `${none}; see temple`,
  house: `${none}; see building`,
  cake: none,
  tomato: none,
  cheese: none
};

const classes = Array.from({length: 1000}, (_, i) => IMAGENET_CLASSES[i].split(",").map((part) => part.trim()));
const entries = words.flatMap(([names, classesOf]) =>
  names.split(", ").map((word) => [word, [...new Set(set(classesOf))].sort((a, b) => a - b)] as const)
);
const repeated = entries.map(([word]) => word).filter((word, i, all) => all.indexOf(word) !== i);
if (repeated.length) throw new Error(`Given twice: ${repeated.join(", ")}.`);
for (const [word, classesOf] of entries)
  if (!classesOf.length || classesOf.some((c) => !(c >= 0 && c < 1000))) throw new Error(`${word}: ${classesOf}`);

const about =
  `The classes of ImageNet-1k, in the classifier's order, with their WordNet names from the npm package ${name} ${version} ` +
  `(${license}); general words, each a set of classes, grouped by hand along WordNet's hypernyms. ` +
  "A word's vector is the L2-normalised mean over its classes of the classifier's row less the mean row; the bias is not used. " +
  "A word listed here means this set, also where a class has the same name.";
const list = (record: Record<string, unknown>) =>
  Object.entries(record)
    .map(([word, value]) => `    ${JSON.stringify(word)}: ${JSON.stringify(value)}`)
    .join(",\n");
writeFileSync(
  target,
  `{
  "about": ${JSON.stringify(about)},
  "classes": [
${classes.map((names) => `    ${JSON.stringify(names)}`).join(",\n")}
  ],
  "words": {
${list(Object.fromEntries(entries))}
  },
  "notes": {
${list(notes)}
  },
  "missing": {
${list(missing)}
  }
}
`
);
