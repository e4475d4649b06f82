"""Draws curves.svg from the logs of two runs.

    python3 plot.py log.jsonl log-early-release.jsonl curves.svg
"""

import json
import math
import sys

from distill import anchoring, learning_rate

WIDTH, HEIGHT, GAP, LEFT, TOP = 300, 200, 66, 48, 34
COLOURS = ["#0b6e99", "#c2571a", "#5b8c2a", "#8a4fa3", "#9a7b00", "#444"]


def panel(column, title, x_label, lines, x_range, y_range, log=False):
    """One chart: lines are (name, colour, dashed, points)."""
    left = LEFT + column * (WIDTH + GAP)
    scale = math.log10 if log else float
    low, high = map(scale, y_range)

    def place(x, y):
        px = left + WIDTH * (x - x_range[0]) / (x_range[1] - x_range[0])
        py = TOP + HEIGHT * (1 - (scale(max(y, y_range[0])) - low) / (high - low))
        return f"{px:.1f},{py:.1f}"

    parts = [f'<text x="{left}" y="{TOP - 14}" font-weight="600">{title}</text>']
    ticks = [10**k for k in range(math.ceil(low), math.floor(high) + 1)] if log else [y_range[0] + i * (y_range[1] - y_range[0]) / 4 for i in range(5)]
    for tick in ticks:
        y = place(x_range[0], tick).split(",")[1]
        parts.append(f'<path d="M{left} {y}h{WIDTH}" stroke="#ddd"/><text x="{left - 5}" y="{y}" dy="4" text-anchor="end" fill="#555">{tick:g}</text>')
    for i in range(5):
        x = x_range[0] + i * (x_range[1] - x_range[0]) / 4
        parts.append(f'<text x="{place(x, y_range[0]).split(",")[0]}" y="{TOP + HEIGHT + 15}" text-anchor="middle" fill="#555">{x:g}</text>')
    parts.append(f'<text x="{left + WIDTH}" y="{TOP + HEIGHT + 30}" text-anchor="end" fill="#555">{x_label}</text>')
    for i, (name, colour, dashed, points) in enumerate(lines):
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        parts.append(f'<polyline points="{" ".join(place(*p) for p in points)}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')
        y = TOP + HEIGHT + 50 + 16 * i
        parts.append(f'<path d="M{left} {y - 4}h22" stroke="{colour}" stroke-width="2"{dash}/><text x="{left + 28}" y="{y}">{name}</text>')
    return "".join(parts)


def main():
    kept, early = ([json.loads(line) for line in open(path)] for path in sys.argv[1:3])
    steps = [row for row in kept if "parts" in row and row["iteration"] >= 100]
    names = list(steps[0]["parts"])
    losses = [(name, COLOURS[i], False, [(r["iteration"], r["parts"][name]) for r in steps]) for i, name in enumerate(names)]

    def held_out(rows, of):
        return [(row["progress"], of(row)) for row in rows if row.get("validation") == "average"]

    measures = {
        "top-1 agreement": lambda row: row["top1"][0],
        "cosine of patch tokens, layer 12": lambda row: row["cosine"][11],
        "Jaccard of outlier sets, layer 9": lambda row: row["jaccard"][8],
    }
    watched = [
        (f"{name}{suffix}", COLOURS[i], dashed, held_out(rows, of))
        for i, (name, of) in enumerate(measures.items())
        for rows, suffix, dashed in [(kept, "", False), (early, ": early release", True)]
    ]
    along = [i / 100 for i in range(101)]
    plan = [
        ("learning rate, share of its peak", COLOURS[0], False, [(p, learning_rate(p)) for p in along]),
        ("blocks that read the teacher's tokens", COLOURS[1], False, [(p, anchoring(p)) for p in along]),
    ]
    end = steps[-1]["iteration"]
    charts = [
        panel(0, "Losses, mean over the blocks", "step", losses, (0, math.ceil(end / 1000) * 1000), (1e-4, 10), log=True),
        panel(1, "Held-out photos (weights averaged)", "progress", watched, (0, 1), (0, 1)),
        panel(2, "Schedule of the run that was kept", "progress", plan, (0, 1), (0, 1)),
    ]
    size = (LEFT + 3 * WIDTH + 2 * GAP + 20, TOP + HEIGHT + 160)
    with open(sys.argv[3], "w") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="#fff"/>{"".join(charts)}</svg>\n'
        )


if __name__ == "__main__":
    main()
