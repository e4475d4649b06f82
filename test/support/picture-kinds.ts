/** One folder of pictures of every kind that people have, made from a photo of the project. */
import {fileURLToPath} from "node:url";
import {encode} from "fast-png";
import sharp from "sharp";

const photo = fileURLToPath(new URL("../../data/images/chelsea.png", import.meta.url));

/** A detail of the photo, in colours, not square, sides odd. */
const detail = () => sharp(photo).extract({left: 120, top: 60, width: 97, height: 63}).removeAlpha();

/** Files by name. */
export async function pictureKinds(): Promise<Record<string, Buffer>> {
  const whole = await detail().jpeg({quality: 92}).toBuffer();
  const files: Record<string, Buffer> = {
    "plain.jpg": whole,
    "camera.jfif": whole,
    "progressive.jpg": await detail().jpeg({quality: 92, progressive: true}).toBuffer(),
    "fine.jpg": await detail().jpeg({quality: 92, chromaSubsampling: "4:4:4"}).toBuffer(),
    "grey.jpg": await detail().greyscale().jpeg().toBuffer(),
    "print.jpg": await detail().toColourspace("cmyk").jpeg({quality: 95}).toBuffer(),
    "no-end.jpg": whole.subarray(0, whole.length - 2),
    "plain.png": await detail().png().toBuffer(),
    "palette.png": await detail().png({palette: true, colours: 16}).toBuffer(),
    "clear.png": await detail().ensureAlpha(0.4).png().toBuffer(),
    "lossless.webp": await detail().webp({lossless: true}).toBuffer(),
    "plain.webp": await detail().webp({quality: 90}).toBuffer(),
    "still.gif": await detail().gif().toBuffer(),
    "plain.avif": await detail().avif({quality: 90}).toBuffer(),
    "wide-gamut.png": await detail().withIccProfile("p3").png().toBuffer(),
    "deep.png": deep(await detail().raw().toBuffer(), 97, 63)
  };
  for (let orientation = 2; orientation <= 8; ++orientation) {
    files[`held-${orientation}.jpg`] = await detail().jpeg({quality: 92}).withMetadata({orientation}).toBuffer();
    files[`held-${orientation}.webp`] = await detail().webp({lossless: true}).withMetadata({orientation}).toBuffer();
  }
  for (const orientation of [3, 6])
    files[`held-${orientation}.png`] = await detail().png().withMetadata({orientation}).toBuffer();
  return files;
}

/** A PNG of 16 bits. */
function deep(bytes: Uint8Array, width: number, height: number): Buffer {
  const data = Uint16Array.from(bytes, (value) => value * 257);
  return Buffer.from(encode({width, height, data, channels: 3, depth: 16}));
}
