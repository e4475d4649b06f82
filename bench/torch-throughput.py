"""Images a second of the plain trunk in PyTorch, beside which those of `bench/gpu.ts` and `sfp bench --throughput` stand.

python3 bench/torch-throughput.py [--weights FILE] [--pixels FILE.npy --features FILE.npy] [--runs N]

Features are first compared with ours, exported by
`npm run sfp -- features --image PIXELS.npy --model mini --method clip --device cpu --out FEATURES.npy`.
"""

import argparse
import math
import sys
import time

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

HEADS, PATCH, EPSILON, SIDE = 3, 16, 1e-6, 224


def read(path, device, dtype):
    return {name: value.to(device, dtype) for name, value in load_file(path).items()}


def attention(w, block, x):
    batch, tokens, width = x.shape
    qkv = F.linear(x, w[f"{block}.attn.qkv.weight"], w[f"{block}.attn.qkv.bias"])
    q, k, v = qkv.view(batch, tokens, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width)
    return F.linear(mixed, w[f"{block}.attn.proj.weight"], w[f"{block}.attn.proj.bias"])


def features(w, pixels):
    """Patches after the last norm, batch x patches x width."""

    def norm(name, x):
        return F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"], EPSILON)

    x = F.conv2d(pixels, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=PATCH)
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(len(x), -1, -1), x], 1) + w["pos_embed"]
    layers = sum(name.endswith("attn.qkv.weight") for name in w)
    for layer in range(layers):
        block = f"blocks.{layer}"
        x = x + attention(w, block, norm(f"{block}.norm1", x))
        hidden = F.gelu(F.linear(norm(f"{block}.norm2", x), w[f"{block}.mlp.fc1.weight"], w[f"{block}.mlp.fc1.bias"]))
        x = x + F.linear(hidden, w[f"{block}.mlp.fc2.weight"], w[f"{block}.mlp.fc2.bias"])
    return norm("norm", x)[:, 1:]


def rate(work, batch, runs, device):
    """Images a second: the median of `runs`, the result read back each time as ours is."""
    times = []
    for i in range(runs + 3):
        start = time.perf_counter()
        work().float().cpu()
        if i >= 3:
            times.append(time.perf_counter() - start)
    return batch / sorted(times)[len(times) // 2]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--weights", default="data/models/mini/model.safetensors")
    words.add_argument("--pixels")
    words.add_argument("--features")
    words.add_argument("--runs", type=int, default=15)
    words.add_argument("--batches", default="1,8,32,128")
    words = words.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    # TF32 would round the products of float32.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'cpu'}")
    with torch.inference_mode():
        if words.features:
            found = features(read(words.weights, device, torch.float32), torch.from_numpy(np.load(words.pixels)).to(device))
            ours = np.load(words.features)
            error = np.abs(found.cpu().numpy().reshape(ours.shape) - ours).max() / np.abs(ours).max()
            print(f"features of {len(ours)} images against ours: largest relative error {error:.1e}", flush=True)
            if not (math.isfinite(error) and error <= 1e-4):
                sys.exit("They do not agree within 1e-4, so their times do not compare.")
        for dtype in (torch.float32, torch.bfloat16, torch.float16):
            w = read(words.weights, device, dtype)
            for batch in map(int, words.batches.split(",")):
                # Pixels come from the host each time, as ours do.
                pixels = torch.randn(batch, 3, SIDE, SIDE)
                images = rate(lambda: features(w, pixels.to(device, dtype)), batch, words.runs, device)
                print(f"{str(dtype)[6:]}, {batch} at once: {images:.4g} images/s", flush=True)


main()
