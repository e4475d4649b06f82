/** What methods need to know of a model and no paper says: found on the seven photos of the site, never on those measured. */

export interface FoundSettings {
  /**
   * Neurons for test-time registers, best first: `npm run sfp -- neurons --model ID --image ... -o threshold=100
   * -o sparse=on -o highest=8 -o top=20`. High-norm tokens appear in the output of layer 8 of both models.
   */
  neurons: readonly string[];
}

const list = (text: string): string[] => text.split(" ");

export const found: Readonly<Record<string, FoundSettings>> = {
  mini: {
    neurons: list(
      "8:128 8:660 8:365 8:494 8:676 8:41 8:757 8:280 8:705 8:216 8:760 8:496 8:373 7:586 8:601 8:161 7:115 6:430 8:308 5:571"
    )
  },
  "vit-ti-16": {
    neurons: list(
      "8:417 7:189 7:59 6:485 5:516 8:711 6:533 3:505 7:104 5:705 8:335 4:181 4:167 2:44 7:641 8:250 8:116 7:145 8:605 8:650"
    )
  }
};
