import {seededRandom} from "../../components/analysis/random.js";

/** Damaged copies of a file, the same for the same seed: bytes changed, cut, doubled, or all noise. */
export function* mutations(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  for (let i = 0; i < count; ++i) {
    switch (below(6)) {
      case 0:
        yield bytes.slice(0, below(bytes.length));
        break;
      case 1: {
        const noise = Uint8Array.from({length: below(400)}, () => below(256));
        yield noise;
        break;
      }
      case 2: {
        // A number that is far too large, where files keep their lengths: near the ends.
        const copy = bytes.slice();
        const at =
          random() < 0.5
            ? below(Math.min(600, copy.length - 4))
            : copy.length - 4 - below(Math.min(600, copy.length - 4));
        copy.set([0xff, 0xff, 0xff, random() < 0.5 ? 0x7f : 0xff], at);
        yield copy;
        break;
      }
      case 3: {
        const at = below(bytes.length);
        const part = bytes.subarray(at, at + below(200));
        yield Uint8Array.from([...bytes.subarray(0, at), ...part, ...bytes.subarray(at)]);
        break;
      }
      default: {
        const copy = bytes.slice();
        // Headers are where a reader can be led astray; data can only be wrong.
        for (let k = 0, changes = 1 + below(8); k < changes; ++k)
          copy[random() < 0.7 ? below(Math.min(1200, copy.length)) : below(copy.length)] = below(256);
        yield copy;
      }
    }
  }
}
