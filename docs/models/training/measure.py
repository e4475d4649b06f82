"""Measures a student beside its teacher: the table of `docs/models/mini.md`.

    python3 measure.py --student data/models/mini --teacher TEACHER --images data/images --voc VOC --out FOLDER

Written from the equations, with nothing of the project's own engine, so that the two check each other. Photos are
cut as the site cuts them: the shorter side to 224 (OpenCV's INTER_LINEAR), the middle square. VOC is a folder
with JPEGImages, SegmentationClassAug and val.txt. Writes FOLDER/measured.json, and FOLDER/teacher.json: what the
teacher says of the seven photos, for tests that run without it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from distill import DEPTH, GRID, SIDE, WIDTH, VisionTransformer, read_safetensors, self_scores
from PIL import Image

VOC = "aeroplane bicycle bird boat bottle bus car cat chair cow table dog horse motorbike person pottedplant sheep sofa train tv".split()
QUERIES = {"boat": "ship"}
REPORTED = "cat dog horse cow sheep sofa chair person".split()


def resize(pixels, height, width):
    """OpenCV's INTER_LINEAR on bytes, in its fixed-point arithmetic; equal to it in every pixel."""

    def taps(count, length):
        at = (np.arange(count) + 0.5) * (length / count) - 0.5
        low = np.floor(at).astype(int)
        share = np.where((low < 0) | (low >= length - 1), 0, at - low).astype("f4")
        low = low.clip(0, length - 1)
        weights = [np.rint(w * 2048).astype(np.int64) for w in (1 - share, share)]
        return low, (low + 1).clip(max=length - 1), *weights

    pixels = pixels.astype(np.int64)
    left, right, a, b = taps(width, pixels.shape[1])
    pixels = pixels[:, left] * a[:, None] + pixels[:, right] * b[:, None]
    top, bottom, a, b = taps(height, pixels.shape[0])
    upper, lower = (pixels[rows] >> 4 for rows in (top, bottom))
    return ((a[:, None, None] * upper >> 16) + (b[:, None, None] * lower >> 16) + 2) >> 2


def square(path):
    """The middle square of a photo at 224 pixels, normalised; and its box in the photo."""
    pixels = np.array(Image.open(path).convert("RGB"))
    ratio = SIDE / min(pixels.shape[:2])
    size = [max(SIDE, int(side * ratio + 0.5)) for side in pixels.shape[:2]]
    top, left = (2 * round((side - SIDE) / 4) if (side - SIDE) % 2 else (side - SIDE) // 2 for side in size)
    pixels = resize(pixels, *size)[top : top + SIDE, left : left + SIDE]
    pixels = torch.from_numpy(pixels).permute(2, 0, 1)[None].float()
    return (pixels / 255 - 0.5) / 0.5, (size, top, left)


def mask_of(path, box):
    """The mask under the square, at 224 x 224, by nearest neighbour."""
    size, top, left = box
    labels = np.array(Image.open(path))
    rows = ((np.arange(SIDE) + top + 0.5) * labels.shape[0] / size[0]).astype(int).clip(0, labels.shape[0] - 1)
    columns = ((np.arange(SIDE) + left + 0.5) * labels.shape[1] / size[1]).astype(int).clip(0, labels.shape[1] - 1)
    return labels[rows][:, columns]


def repair(x, outliers):
    """Eq. 5: an outlier becomes the mean of its valid neighbours; without any it stays."""
    count = len(x)
    valid = (~outliers).float().reshape(count, 1, GRID, GRID)
    grid = x[:, 1:].transpose(1, 2).reshape(count, WIDTH, GRID, GRID)
    kernel = torch.ones(1, 1, 3, 3)
    kernel[..., 1, 1] = 0
    number = F.conv2d(valid, kernel, padding=1)
    total = F.conv2d((grid * valid).reshape(-1, 1, GRID, GRID), kernel, padding=1).reshape_as(grid)
    change = (1 - valid) * (number > 0)
    repaired = torch.where(change.bool(), total / number.clamp(min=1), grid)
    return torch.cat([x[:, :1], repaired.flatten(2).transpose(1, 2)], 1)


def is_outlier(attention):
    """Eq. 4, on the head-mean map."""
    return attention.diagonal(dim1=1, dim2=2)[:, 1:] < attention[:, 0, 1:]


def last_layer(model, x, mixing):
    """The last block with another attention, and the final norm; patches only."""
    block = model.blocks[-1]
    _, _, _, (q, k, v) = block(x)
    mixed = (mixing(q, k) @ v).transpose(1, 2).reshape(x.shape)
    middle = x + block.attn.proj(mixed)
    return middle + block.mlp.fc2(F.gelu(block.mlp.fc1(block.norm2(middle))))


@torch.no_grad()
def forward(model, images):
    """Tokens, head-mean maps, logits of the plain trunk; dense features of SCLIP and SFP."""
    x = model.embed(images)
    tokens, maps = [], []
    for block in model.blocks:
        _, x, logits, _ = block(x)
        tokens.append(x)
        maps.append(logits.softmax(-1).mean(1))
    logits = model.classify(x[:, 0])
    sclip = last_layer(model, tokens[-2], lambda q, k: self_scores(q, q).softmax(-1) + self_scores(k, k).softmax(-1))

    x, total = model.embed(images), 0
    for block in model.blocks[:-1]:
        _, x, scores, _ = block(x)
        attention = scores.softmax(-1).mean(1)
        outliers = is_outlier(attention)
        x = repair(x, outliers)
        total = total + attention[:, 1:, 1:] * ~outliers[:, None]
    enhanced = last_layer(model, x, lambda q, k: (0.5 * (self_scores(q, q) + self_scores(k, k))).softmax(-1))
    rows = total / total.sum(2, keepdim=True).clamp(min=1e-12)
    columns = rows / rows.sum(1, keepdim=True).clamp(min=1e-12)
    sfp = columns @ enhanced[:, 1:]
    return tokens, maps, logits, {"sclip": model.norm(sclip[:, 1:]), "sfp": model.norm(sfp)}


def word_vectors(model, lexicon):
    rows = model.head.weight.detach()
    centred = rows - rows.mean(0)
    sets = [lexicon["words"][QUERIES.get(name, name)] for name in VOC]
    return F.normalize(torch.stack([centred[s].mean(0) for s in sets]), dim=1)


def segment(features, vectors):
    cosine = F.normalize(features, dim=-1) @ vectors.T
    grid = cosine.transpose(1, 2).reshape(len(features), -1, GRID, GRID)
    return F.interpolate(grid, (SIDE, SIDE), mode="bilinear", align_corners=False).argmax(1)


def layer_numbers(tokens, maps):
    norms = tokens[:, 1:].norm(dim=-1)
    received = maps.sum(1)[:, 1:]
    # numpy's median: the mean of the two in the middle, as the site's engine takes it.
    median = lambda values: torch.from_numpy(np.median(values.numpy(), 1))
    return {"massive": norms.max(1).values / median(norms), "sink": received.max(1).values / median(received)}


def main():
    parser = argparse.ArgumentParser()
    for name in ["student", "teacher", "images", "voc", "out"]:
        parser.add_argument("--" + name, type=Path, required=True)
    options = parser.parse_args()
    lexicon = json.loads((options.student / "lexicon.json").read_text())
    models = {}
    for name, folder in {"student": options.student, "teacher": options.teacher}.items():
        models[name] = VisionTransformer().eval().requires_grad_(False)
        models[name].load_state_dict(read_safetensors(folder / "model.safetensors"))
    vectors = {name: word_vectors(model, lexicon) for name, model in models.items()}

    seven = sorted(p for p in options.images.iterdir() if p.suffix in (".png", ".jpg"))
    names = (options.voc / "val.txt").read_text().split()
    sets = {
        "voc": [(options.voc / "JPEGImages" / f"{n}.jpg", options.voc / "SegmentationClassAug" / f"{n}.png") for n in names],
        "seven": [(path, None) for path in seven],
    }
    # Few enough for a test to measure them again each time.
    sets["sample"] = sets["voc"][::5]
    measured, stored = {}, {}
    for name, entries in sets.items():
        sums, confusion = {}, {}
        for start in range(0, len(entries), 8):
            part = entries[start : start + 8]
            cut = [square(photo) for photo, _ in part]
            images = torch.cat([pixels for pixels, _ in cut])
            results = {model: forward(models[model], images) for model in models}
            (s_tokens, s_maps, s_logits, _), (t_tokens, t_maps, t_logits, _) = results["student"], results["teacher"]
            top = {model: results[model][2].topk(5).indices for model in models}
            rows = {
                "top1": (s_logits.argmax(1) == t_logits.argmax(1)).float(),
                "top1_in_teachers_top5": (top["teacher"] == top["student"][:, :1]).any(1).float(),
            }
            for l in range(DEPTH):
                s_out, t_out = is_outlier(s_maps[l]), is_outlier(t_maps[l])
                rows[f"cosine.{l}"] = F.cosine_similarity(s_tokens[l][:, 1:], t_tokens[l][:, 1:], dim=-1).mean(1)
                rows[f"both.{l}"], rows[f"either.{l}"] = (s_out & t_out).float().sum(1), (s_out | t_out).float().sum(1)
                rows[f"outliers.{l}"], rows[f"outliers_teacher.{l}"] = s_out.float().sum(1), t_out.float().sum(1)
                for key, value in layer_numbers(s_tokens[l], s_maps[l]).items():
                    rows[f"{key}.{l}"] = value
                for key, value in layer_numbers(t_tokens[l], t_maps[l]).items():
                    rows[f"{key}_teacher.{l}"] = value
            for key, value in rows.items():
                sums.setdefault(key, []).extend(value.tolist())
            for i, (photo, mask) in enumerate(part):
                if mask is None:
                    stored[photo.stem] = {
                        "top": t_logits[i].topk(5).indices.tolist(),
                        "outliers": [(is_outlier(t_maps[l])[i].nonzero()[:, 0] + 1).tolist() for l in range(DEPTH)],
                        "massive": [round(sums[f"massive_teacher.{l}"][start + i], 4) for l in range(DEPTH)],
                        "sink": [round(sums[f"sink_teacher.{l}"][start + i], 4) for l in range(DEPTH)],
                    }
                    continue
                truth = mask_of(mask, cut[i][1])
                keep = (truth > 0) & (truth <= 20)
                for model in models:
                    for method, features in results[model][3].items():
                        predicted = segment(features[i : i + 1], vectors[model])[0].numpy()
                        table = confusion.setdefault(f"{method}.{model}", np.zeros((20, 20)))
                        np.add.at(table, (truth[keep].astype(int) - 1, predicted[keep]), 1)
            print(name, start + len(part), "of", len(entries), flush=True)
        layers = lambda key: [round(float(np.mean(sums[f"{key}.{l}"])), 4) for l in range(DEPTH)]
        measured[name] = {
            "photos": len(entries),
            "top1": round(float(np.mean(sums["top1"])), 4),
            "top1_in_teachers_top5": round(float(np.mean(sums["top1_in_teachers_top5"])), 4),
            **{key: layers(key) for key in ["cosine", "outliers", "outliers_teacher", "massive", "massive_teacher", "sink", "sink_teacher"]},
            # Over all photos together: most photos have no outlier at all in the early layers.
            "jaccard": [
                round(sum(sums[f"both.{l}"]) / sum(sums[f"either.{l}"]), 4) if sum(sums[f"either.{l}"]) else None
                for l in range(DEPTH)
            ],
        }
        if confusion:
            measured[name]["iou"] = {}
            for key, table in confusion.items():
                union = table.sum(0) + table.sum(1) - table.diagonal()
                iou = {c: round(100 * float(table[VOC.index(c), VOC.index(c)] / union[VOC.index(c)]), 2) for c in REPORTED}
                measured[name]["iou"][key] = {**iou, "mean": round(float(np.mean(list(iou.values()))), 2)}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "measured.json").write_text(json.dumps(measured, indent=2) + "\n")
    (options.out / "teacher.json").write_text(json.dumps(stored, separators=(",", ":")) + "\n")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
