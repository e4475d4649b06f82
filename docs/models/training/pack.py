"""Packs a folder of photos into one tar of small WebP files, and the teacher into one float16 file.

    python3 pack.py PHOTOS TEACHER OUT

writes OUT/photos.tar and OUT/teacher.safetensors: what `distill.py` reads. Training needs no more than the
photos' short side of 240 pixels, so that the whole training input fits into about 50 MB.
"""

import io
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

SHORT_SIDE = 240
# Wider photos are cut to this many pixels around the middle: one canvas size then holds them all.
LONG_SIDE = 360
QUALITY = 68


def pack_photos(folder, target):
    with tarfile.open(target, "w") as tar:
        for path in sorted(folder.glob("*.jpg")):
            image = Image.open(path).convert("RGB")
            factor = SHORT_SIDE / min(image.size)
            if factor < 1:
                size = tuple(max(SHORT_SIDE, round(side * factor)) for side in image.size)
                image = image.resize(size, Image.BICUBIC)
            width, height = image.size
            left, top = max(0, (width - LONG_SIDE) // 2), max(0, (height - LONG_SIDE) // 2)
            image = image.crop((left, top, min(width, left + LONG_SIDE), min(height, top + LONG_SIDE)))
            data = io.BytesIO()
            image.save(data, "WEBP", quality=QUALITY, method=3)
            entry = tarfile.TarInfo(path.stem + ".webp")
            entry.size = data.tell()
            data.seek(0)
            tar.addfile(entry, data)


def pack_teacher(source, target):
    raw = source.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    packed, parts, offset = {}, [], 0
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", (name, entry["dtype"])
        values = np.frombuffer(raw[8 + length + begin : 8 + length + end], "<f4").astype("<f2").tobytes()
        packed[name] = {"dtype": "F16", "shape": entry["shape"], "data_offsets": [offset, offset + len(values)]}
        parts.append(values)
        offset += len(values)
    text = json.dumps(packed).encode()
    text += b" " * (-len(text) % 8)
    target.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


if __name__ == "__main__":
    photos, teacher, out = map(Path, sys.argv[1:4])
    out.mkdir(parents=True, exist_ok=True)
    pack_photos(photos, out / "photos.tar")
    pack_teacher(teacher / "model.safetensors", out / "teacher.safetensors")
