"""Distils `mini`, a small vision transformer, from timm's vit_tiny_patch16_224 on a few thousand photos.

    python3 distill.py --data PACKED --out RUN --seconds 400 --seed 1

PACKED is the folder that `pack.py` wrote. The student has the teacher's shape and starts from random
numbers. Three stages share one program and are told apart by how often a block reads the teacher's tokens
instead of the student's ("anchoring"):

    0 - 65 %    every block learns alone: it reads the teacher's x_{l-1} and answers with x_l
    65 - 85 %   fewer and fewer blocks do, drawn anew at each step
    85 - 100 %  end to end, at a small learning rate

Losses of every block: its tokens after attention and after the MLP, its attention maps per head, the class
row once more, and the margin of the outlier test a_ii < a_ci. The relations q q', k k', v v' of the last
block, and of one other block drawn each step, are matched as well (as in MiniLMv2), because methods such as
SCLIP, GEM and SFP attend by them, and q k' alone leaves them free. At the end: the logits of the class
token and of a few patch tokens.
"""

import argparse
import contextlib
import io
import json
import math
import random
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

WIDTH, DEPTH, HEADS, HIDDEN, PATCH, SIDE, CLASSES = 192, 12, 3, 768, 16, 224, 1000
GRID = SIDE // PATCH
LOSSES = ["tokens", "relative", "attention", "class row", "outlier margin", "relations"]
WEIGHTS = [1.0, 0.5, 1.0, 0.3, 0.15, 0.5]
# Steepness of the soft outlier test: margins (in log attention) well beyond this no longer matter.
MARGIN_SCALE = 0.25
# Kept in the log, not printed.
QUIET = ["tokens", "attention", "outliers_teacher", "massive_teacher", "sink_teacher"]


# --- the network -------------------------------------------------------------------------------------------


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, HIDDEN)
        self.fc2 = nn.Linear(HIDDEN, WIDTH)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attn = Attention()
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = Mlp()

    def forward(self, x):
        return run_block(x, tuple(self.parameters()))


def run_block(x, weights):
    """The tokens after attention, after the MLP, the attention logits, and q, k, v per head. A function of the
    weights, so that it is compiled once for all blocks."""
    norm1_w, norm1_b, qkv_w, qkv_b, proj_w, proj_b, norm2_w, norm2_b, fc1_w, fc1_b, fc2_w, fc2_b = weights
    batch, tokens, _ = x.shape
    qkv = F.linear(F.layer_norm(x, (WIDTH,), norm1_w, norm1_b, 1e-6), qkv_w, qkv_b)
    q, k, v = qkv.reshape(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
    logits = self_scores(q, k)
    mixed = logits.float().softmax(-1).to(v.dtype) @ v
    middle = x + F.linear(mixed.transpose(1, 2).reshape(batch, tokens, WIDTH), proj_w, proj_b)
    hidden = F.gelu(F.linear(F.layer_norm(middle, (WIDTH,), norm2_w, norm2_b, 1e-6), fc1_w, fc1_b))
    return middle, middle + F.linear(hidden, fc2_w, fc2_b), logits, (q, k, v)


def self_scores(a, b):
    return (a * (WIDTH // HEADS) ** -0.5) @ b.transpose(-2, -1)


class PatchEmbed(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(3, WIDTH, PATCH, PATCH)


class VisionTransformer(nn.Module):
    """Parameters carry timm's names."""

    def __init__(self):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID * GRID, WIDTH))
        self.patch_embed = PatchEmbed()
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.head = nn.Linear(WIDTH, CLASSES)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                nn.init.trunc_normal_(parameter, std=0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def embed(self, images):
        patches = self.patch_embed.proj(images).flatten(2).transpose(1, 2).float()
        return torch.cat([self.cls_token.expand(len(patches), -1, -1), patches], 1) + self.pos_embed

    def classify(self, tokens):
        return self.head(self.norm(tokens)).float()


# --- weights on disk ---------------------------------------------------------------------------------------


def read_safetensors(path):
    raw = Path(path).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind = {"F16": "<f2", "F32": "<f4"}[entry["dtype"]]
        values = np.frombuffer(raw[8 + length + begin : 8 + length + end], kind)
        tensors[name] = torch.from_numpy(values.astype("<f4").reshape(entry["shape"]))
    return tensors


def write_safetensors(path, tensors):
    """Writes float16, to a neighbour first so that a reader never meets half a file."""
    header, parts, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        values = tensors[name].detach().float().cpu().numpy().astype("<f2")
        size = values.nbytes
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [offset, offset + size]}
        parts.append(values.tobytes())
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    neighbour = Path(str(path) + ".part")
    neighbour.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
    neighbour.replace(path)


# --- photos and crops --------------------------------------------------------------------------------------


class Photos:
    """All photos as bytes in one tensor on the device, each in the top left corner of its canvas."""

    def __init__(self, path, device, limit=None):
        from PIL import Image

        with tarfile.open(path) as tar:
            entries = [tar.extractfile(member).read() for member in tar.getmembers()[:limit]]

        def decode(data):
            return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

        with ThreadPoolExecutor() as pool:
            images = list(pool.map(decode, entries))
        self.sizes = torch.tensor([image.shape[:2] for image in images], dtype=torch.float32, device=device)
        self.canvas = max(max(image.shape[:2]) for image in images)
        pixels = np.zeros((len(images), 3, self.canvas, self.canvas), np.uint8)
        for target, image in zip(pixels, images):
            target[:, : image.shape[0], : image.shape[1]] = image.transpose(2, 0, 1)
        self.pixels = torch.from_numpy(pixels).to(device)
        self.device = device

    def crop(self, index, top, left, height, width, flip):
        """Resamples the boxes to 224 x 224; values in 0...1."""
        steps = (torch.arange(SIDE, device=self.device) + 0.5) / SIDE
        along = torch.where(flip[:, None], 1 - steps, steps)
        last = self.sizes[index] - 1
        x = torch.minimum((left[:, None] + along * width[:, None] - 0.5).clamp(min=0), last[:, 1:])
        y = torch.minimum((top[:, None] + steps * height[:, None] - 0.5).clamp(min=0), last[:, :1])
        x, y = (2 * x + 1) / self.canvas - 1, (2 * y + 1) / self.canvas - 1
        grid = torch.stack([x[:, None, :].expand(-1, SIDE, -1), y[:, :, None].expand(-1, -1, SIDE)], -1)
        pixels = self.pixels[index].float() / 255
        return F.grid_sample(pixels, grid, mode="bilinear", padding_mode="border", align_corners=False)

    def random_crops(self, index):
        count, device = len(index), self.device
        size = self.sizes[index]
        area = uniform(count, 0.25, 1, device) * size[:, 0] * size[:, 1]
        ratio = torch.exp(uniform(count, math.log(3 / 4), math.log(4 / 3), device))
        width = torch.minimum((area * ratio).sqrt(), size[:, 1])
        height = torch.minimum((area / ratio).sqrt(), size[:, 0])
        left = torch.rand(count, device=device) * (size[:, 1] - width)
        top = torch.rand(count, device=device) * (size[:, 0] - height)
        return self.crop(index, top, left, height, width, torch.rand(count, device=device) < 0.5)

    def centre_crops(self, index):
        size = self.sizes[index]
        side = size.min(1).values
        top, left = (size[:, 0] - side) / 2, (size[:, 1] - side) / 2
        return self.crop(index, top, left, side, side, torch.zeros(len(index), dtype=torch.bool, device=self.device))


def uniform(count, low, high, device):
    return low + (high - low) * torch.rand(count, device=device)


def jitter(images):
    """Brightness, contrast and saturation, each within 30 %; one picture in twenty is grey."""
    count, device = len(images), images.device

    def factor(spread):
        return uniform(count, 1 - spread, 1 + spread, device).view(-1, 1, 1, 1)

    images = images * factor(0.3)
    mean = images.mean((1, 2, 3), keepdim=True)
    images = mean + (images - mean) * factor(0.3)
    grey = images.mean(1, keepdim=True)
    saturation = factor(0.3) * (torch.rand(count, 1, 1, 1, device=device) > 0.05)
    return (grey + (images - grey) * saturation).clamp(0, 1)


def mix(images, patched=0.2, blended=0.1):
    """CutMix on the first part of the batch and mixup on the next: the teacher labels whatever comes out."""
    count, device = len(images), images.device
    others = images.roll(1, 0)
    cut, blend = int(count * patched), int(count * (patched + blended))
    centre, half = torch.rand(2, cut, 1, device=device), uniform(cut, 0.15, 0.35, device)[:, None]
    steps = (torch.arange(SIDE, device=device) + 0.5) / SIDE
    rows, columns = ((steps - centre[0]).abs() < half), ((steps - centre[1]).abs() < half)
    box = (rows[:, None, :, None] & columns[:, None, None, :]).to(images.dtype)
    images = images.clone()
    images[:cut] = torch.lerp(images[:cut], others[:cut], box)
    share = uniform(blend - cut, 0, 0.5, device).view(-1, 1, 1, 1)
    images[cut:blend] = torch.lerp(images[cut:blend], others[cut:blend], share)
    return images


def normalise(images):
    return (images - 0.5) / 0.5


# --- losses ------------------------------------------------------------------------------------------------


def divergence(teacher_logits, student_logits):
    """KL(teacher, student) of every row, and both log attentions."""
    teacher, student = teacher_logits.float().log_softmax(-1), student_logits.float().log_softmax(-1)
    return (teacher.exp() * (teacher - student)).sum(-1), teacher, student


def outlier_margin(log_attention):
    """log a_ii - log a_ci of the head-mean map, for the patches."""
    diagonal = log_attention.diagonal(dim1=-2, dim2=-1).exp().mean(1)[:, 1:]
    class_row = log_attention[:, :, 0, 1:].exp().mean(1)
    return (diagonal + 1e-9).log() - (class_row + 1e-9).log()


def token_losses(student, teacher, spread):
    """The error in units of each channel's spread (robust: massive tokens are hundreds of spreads away), and
    the error relative to the token's length."""
    error = student - teacher
    tokens = F.smooth_l1_loss(error / spread, torch.zeros_like(error))
    relative = (error.square().sum(-1) / (teacher.square().sum(-1) + 1e-6)).mean()
    return tokens, relative


def student_block(weights, x, middle, out, logits, qkv, spread_middle, spread_out, relations: bool):
    """One block of the student: its output, and its six losses against the teacher's block."""
    s_middle, s_out, s_logits, s_qkv = run_block(x, weights)
    tokens_middle, relative_middle = token_losses(s_middle, middle, spread_middle)
    tokens_out, relative_out = token_losses(s_out, out, spread_out)
    rows, teacher, student = divergence(logits, s_logits)
    target = torch.sigmoid(outlier_margin(teacher) / MARGIN_SCALE)
    margin = F.binary_cross_entropy_with_logits(outlier_margin(student) / MARGIN_SCALE, target)
    entropy = -(target * (target + 1e-6).log() + (1 - target) * (1 - target + 1e-6).log()).mean()
    relation = torch.zeros_like(margin)
    if relations:
        for s, t in zip(s_qkv, qkv):
            relation = relation + divergence(self_scores(t, t), self_scores(s, s))[0].mean() / 3
    parts = [
        0.5 * tokens_middle + tokens_out,
        0.5 * relative_middle + relative_out,
        rows.mean(),
        rows[:, :, 0].mean(),
        margin - entropy,
        relation,
    ]
    return s_out, torch.stack(parts)


def end_losses(student, s_tokens, teacher, t_tokens):
    """The class token's logits as a distribution, and as centred values for it and for a few patches."""
    choice = torch.randint(1, 1 + GRID * GRID, (len(t_tokens), 12), device=t_tokens.device)
    choice = torch.cat([torch.zeros_like(choice[:, :1]), choice], 1)[..., None].expand(-1, -1, WIDTH)
    s_logits = student.classify(s_tokens.gather(1, choice))
    with torch.no_grad():
        t_logits = teacher.classify(t_tokens.gather(1, choice))
    kl = divergence(t_logits[:, 0], s_logits[:, 0])[0].mean()
    s_centred, t_centred = s_logits - s_logits.mean(-1, keepdim=True), t_logits - t_logits.mean(-1, keepdim=True)
    square = (s_centred - t_centred).square().mean((0, 2)) / t_centred.square().mean((0, 2))
    return torch.stack([kl, square[0], square[1:].mean()])


# --- optimisers --------------------------------------------------------------------------------------------


def orthogonal(matrices, steps=5):
    """The nearest orthogonal matrices, roughly, by Newton and Schulz's iteration."""
    x = matrices.bfloat16() if matrices.is_cuda else matrices
    tall = x.shape[-2] > x.shape[-1]
    x = x.transpose(-2, -1) if tall else x
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(steps):
        square = x @ x.transpose(-2, -1)
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.transpose(-2, -1) if tall else x).to(matrices.dtype)


class Muon:
    """Momentum whose update is orthogonalised, for the weight matrices; equal shapes are done in one go."""

    def __init__(self, matrices, momentum=0.95):
        groups = {}
        for view in matrices:
            groups.setdefault(tuple(view.shape[-2:]), []).append(view)
        self.groups = list(groups.values())
        self.momentum = momentum
        self.buffers = [torch.zeros(sum(v.shape[0] for v in g), *g[0].shape[-2:], device=g[0].device) for g in self.groups]

    @torch.no_grad()
    def step(self, gradients, rate):
        for group, buffer in zip(self.groups, self.buffers):
            gradient = torch.cat([gradients(view) for view in group])
            buffer.lerp_(gradient, 1 - self.momentum)
            update = orthogonal(gradient.lerp(buffer, self.momentum))
            update = update * max(1, update.shape[-2] / update.shape[-1]) ** 0.5
            parts = update.split([view.shape[0] for view in group])
            torch._foreach_add_([view.data for view in group], list(parts), alpha=-rate)


def make_optimisers(student, kind):
    """Returns step(fraction of the peak learning rate)."""
    named = dict(student.named_parameters())
    views, sources = [], {}
    if kind == "muon":
        for name, parameter in named.items():
            if name.startswith("blocks.") and parameter.ndim == 2 or name == "patch_embed.proj.weight":
                flat = parameter.data.flatten(1)
                # q, k and v are three matrices, not one.
                view = flat.view(3, WIDTH, WIDTH) if "qkv" in name else flat.unsqueeze(0)
                views.append(view)
                sources[id(view)] = (parameter, view.shape)
    taken = {id(parameter) for parameter, _ in sources.values()}
    rest = [p for p in named.values() if id(p) not in taken]
    vectors, tables = [p for p in rest if p.ndim == 1 or p.shape[0] == 1], [p for p in rest if p.ndim > 1 and p.shape[0] > 1]
    extra = {"fused": True} if rest[0].is_cuda else {}
    adam = torch.optim.AdamW([{"params": vectors}, {"params": tables}], betas=(0.9, 0.99), weight_decay=0, **extra)
    peaks = [3e-3, 2e-3]
    muon = Muon(views) if views else None

    def gradients(view):
        parameter, shape = sources[id(view)]
        return parameter.grad.reshape(shape)

    def step(fraction):
        for group, peak in zip(adam.param_groups, peaks):
            group["lr"] = peak * fraction
        adam.step()
        if muon:
            muon.step(gradients, 0.02 * fraction)

    return step


def learning_rate(progress):
    """Warms up over 1 %, stays until 15 %, and falls to zero."""
    return min(1, 0.02 + progress / 0.01) * min(1, (1 - progress) / 0.85) ** 1.5


def anchoring(progress):
    return min(1, max(0, (0.85 - progress) / 0.2))


# --- watching ----------------------------------------------------------------------------------------------


@torch.no_grad()
def trace(model, images):
    """Tokens and head-mean attention of every layer, and the logits."""
    x = model.embed(images)
    tokens, maps = [], []
    for block in model.blocks:
        _, x, logits, _ = block(x)
        tokens.append(x.float())
        maps.append(logits.float().softmax(-1).mean(1))
    return tokens, maps, model.classify(x[:, 0])


def outliers(attention):
    return attention.diagonal(dim1=1, dim2=2)[:, 1:] < attention[:, 0, 1:]


@torch.no_grad()
def compare(student, teacher, batches):
    """The numbers of the model card, averaged over held-out photos."""
    sums, count = {}, 0
    for images in batches:
        (s_tokens, s_maps, s_logits), (t_tokens, t_maps, t_logits) = trace(student, images), trace(teacher, images)
        agree = (s_logits.argmax(1) == t_logits.argmax(1)).float().sum()
        kl = divergence(t_logits, s_logits)[0].sum()
        rows = {"top1": agree, "kl": kl}
        for name, layers in {
            "cosine": [F.cosine_similarity(s[:, 1:], t[:, 1:], dim=-1).mean(1) for s, t in zip(s_tokens, t_tokens)],
            "jaccard": [jaccard(outliers(s), outliers(t)) for s, t in zip(s_maps, t_maps)],
            "outliers": [outliers(s).float().sum(1) for s in s_maps],
            "outliers_teacher": [outliers(t).float().sum(1) for t in t_maps],
            "massive": [massive(s) for s in s_tokens],
            "massive_teacher": [massive(t) for t in t_tokens],
            "sink": [sink(s) for s in s_maps],
            "sink_teacher": [sink(t) for t in t_maps],
        }.items():
            rows[name] = torch.stack([layer.sum() for layer in layers])
        for name, value in rows.items():
            sums[name] = sums.get(name, 0) + value.double().cpu()
        count += len(images)
    return {name: [round(v, 4) for v in (value / count).reshape(-1).tolist()] for name, value in sums.items()}


def jaccard(a, b):
    union = (a | b).float().sum(1)
    return torch.where(union > 0, (a & b).float().sum(1) / union.clamp(min=1), torch.ones_like(union))


def massive(tokens):
    norms = tokens[:, 1:].norm(dim=-1)
    return norms.max(1).values / norms.median(1).values


def sink(attention):
    columns = attention.sum(1)[:, 1:]
    return columns.max(1).values / columns.median(1).values


# --- training ----------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=400)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--optimiser", choices=["muon", "adamw"], default="muon")
    parser.add_argument("--anchor", type=float, help="hold the anchoring at this value")
    parser.add_argument("--resume", type=Path, help="weights to go on from")
    parser.add_argument("--start", type=float, default=0, help="progress to go on from, 0...1")
    parser.add_argument("--limit", type=int, help="use so many photos only")
    parser.add_argument("--validate", type=float, default=60, help="seconds between validations")
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()

    begin = time.time()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    log = open(options.out / "log.jsonl", "a", buffering=1)

    def report(**values):
        values["seconds"] = round(time.time() - begin, 1)
        log.write(json.dumps(values) + "\n")
        print(json.dumps({name: values[name] for name in list(values) if name not in QUIET}), flush=True)

    photos = Photos(options.data / "photos.tar", device, options.limit)
    everything = torch.arange(len(photos.sizes), device=device)
    held = everything % 33 == 0
    train, watch = everything[~held], everything[held]
    teacher = VisionTransformer().to(device).eval().requires_grad_(False)
    teacher.load_state_dict(read_safetensors(options.data / "teacher.safetensors"))
    student = VisionTransformer().to(device)
    if options.resume:
        student.load_state_dict(read_safetensors(options.resume))
    average = VisionTransformer().to(device).eval().requires_grad_(False)
    average.load_state_dict(student.state_dict())
    report(photos=len(train), held_out=len(watch), device=torch.cuda.get_device_name() if device.type == "cuda" else "cpu")

    teacher_weights = [tuple(block.parameters()) for block in teacher.blocks]
    student_weights = [tuple(block.parameters()) for block in student.blocks]

    def precision(kind):
        return torch.autocast("cuda", kind) if device.type == "cuda" else contextlib.nullcontext()

    compiled = (lambda f: f) if options.no_compile or device.type == "cpu" else torch.compile
    teacher_block = compiled(run_block)
    student_step = compiled(student_block)

    def run_teacher(images):
        """x_0, and every block's tokens, attention logits and q, k, v."""
        with torch.no_grad(), precision(torch.float16):
            x = start = teacher.embed(images)
            layers = []
            for block in teacher_weights:
                middle, x, logits, qkv = teacher_block(x, block)
                layers.append((middle, x, logits, qkv))
        return start, layers

    def batch():
        index = train[torch.randint(len(train), (options.batch,), device=device)]
        return normalise(mix(jitter(photos.random_crops(index))))

    # A channel's spread: its median distance from its median, scaled to a normal distribution's deviation.
    def spread(tokens):
        rows = tokens.reshape(-1, WIDTH)
        rows = rows[torch.randperm(len(rows), device=device)[:8000]]
        return (1.4826 * (rows - rows.median(0).values).abs().median(0).values).clamp(min=1e-3)

    start, layers = run_teacher(batch())
    spread_start = spread(start)
    spreads = [(spread(middle), spread(out)) for middle, out, _, _ in layers]

    weights = torch.tensor(WEIGHTS, device=device)
    step = make_optimisers(student, options.optimiser)
    chunks = watch.split(64)
    parameters, averages = list(student.parameters()), list(average.parameters())

    def losses(anchor):
        """One batch: the loss, and what to report of it."""
        images = batch()
        start, layers = run_teacher(images)
        extra = random.randrange(DEPTH - 1)
        with precision(torch.bfloat16):
            x = student.embed(images)
            first, first_relative = token_losses(x, start, spread_start)
            parts, source = [], start
            for l, (block, (middle, out, logits, qkv)) in enumerate(zip(student_weights, layers)):
                entry = source.detach().requires_grad_() if random.random() < anchor else x
                relations = l == DEPTH - 1 or l == extra
                x, part = student_step(block, entry, middle, out, logits, qkv, *spreads[l], relations)
                parts.append(part)
                source = out
            ends = end_losses(student, source if random.random() < anchor else x, teacher, source)
        parts = torch.stack(parts)
        # The logits matter more once the tokens they are read from are the student's own.
        loss = (parts * weights).sum() + first + first_relative + (2 - anchor) * ends.sum()
        parts = parts.detach()
        summary = [loss.detach()[None], first.detach()[None], ends.detach(), parts.mean(0), parts[:, 0], parts[:, 2]]
        return loss, torch.cat(summary)

    def examine(model):
        return compare(model, teacher, (normalise(photos.centre_crops(chunk)) for chunk in chunks))

    # Compiles everything before the clock starts.
    for anchor in [1, 0, 0]:
        losses(anchor)[0].backward()
    torch.manual_seed(options.seed + 1)
    report(ready=True)

    iteration, progress, safe, caution, running, counted = 0, options.start, None, 1.0, 0, 0
    begun = validated = clock = time.time()
    while True:
        progress = options.start + (1 - options.start) * (time.time() - begun) / options.seconds
        if progress >= 1:
            break
        anchor = anchoring(progress) if options.anchor is None else options.anchor
        loss, summary = losses(anchor)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        step(learning_rate(progress) * caution)
        iteration += 1
        decay = min(0.998, iteration / (iteration + 20))
        with torch.no_grad():
            torch._foreach_mul_(averages, decay)
            torch._foreach_add_(averages, [p.detach() for p in parameters], alpha=1 - decay)
        running, counted = running + summary, counted + 1
        if iteration % 100 == 0 or iteration in (1, 3, 10, 30):
            values = [round(value, 4) for value in (running / counted).tolist()]
            if not all(map(math.isfinite, values)):
                # A step went wrong: go back to the last state known to be sound, and tread more softly.
                caution *= 0.5
                report(iteration=iteration, restored=True, caution=caution)
                if safe is None:
                    raise SystemExit("diverged before the first sound state")
                student.load_state_dict(safe)
                average.load_state_dict(safe)
                step = make_optimisers(student, options.optimiser)
                running, counted, clock = 0, 0, time.time()
                continue
            report(
                iteration=iteration,
                progress=round(progress, 4),
                anchor=round(anchor, 3),
                images_per_second=round(counted * options.batch / (time.time() - clock)),
                loss=values[0],
                x0=values[1],
                logits=values[2:5],
                parts=dict(zip(LOSSES, values[5:11])),
                tokens=values[11:23],
                attention=values[23:35],
            )
            running, counted, clock = 0, 0, time.time()
            if iteration % 1000 == 0:
                safe = {name: value.detach().clone() for name, value in student.state_dict().items()}
        if time.time() - validated > options.validate:
            report(validation="average", iteration=iteration, progress=round(progress, 4), **examine(average))
            write_safetensors(options.out / "latest.safetensors", average.state_dict())
            validated = time.time()

    scores = {}
    for name, model in {"student": student, "average": average}.items():
        result = examine(model)
        report(validation=name, iteration=iteration, progress=1, **result)
        scores[name] = sum(result["cosine"]) / DEPTH + sum(result["jaccard"]) / DEPTH + result["top1"][0]
    best = max(scores, key=scores.get)
    write_safetensors(options.out / "model.safetensors", {"student": student, "average": average}[best].state_dict())
    report(finished=True, iterations=iteration, images=iteration * options.batch, kept=best)


if __name__ == "__main__":
    main()
