"""Opens every SAELens folder below a folder with SAELens itself and compares activations with ours.

Each SAE folder holds x.safetensors (x) and ours.safetensors (feature_acts, forward), as `mistudio saes encode` writes them.
Prints one line per SAE and exits with 1 when one differs by more than 1e-4 of the largest value.
Usage: python bench/open_in_saelens.py FOLDER
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from sae_lens import SAE

TOLERANCE = 1e-4


def compare(folder: Path) -> bool:
    x = load_file(folder / "x.safetensors")["x"]
    ours = load_file(folder / "ours.safetensors")
    sae = SAE.load_from_disk(folder, device="cpu")
    with torch.no_grad():
        acts = sae.encode(x)
        out = sae.forward(x)
    width = lambda t: t.reshape(-1, t.shape[-1])
    parts = []
    good = True
    for name, theirs in (("feature_acts", acts), ("forward", out)):
        difference = (width(theirs) - ours[name]).abs().max().item()
        largest = theirs.abs().max().item()
        good = good and difference <= TOLERANCE * max(largest, 1e-9)
        parts.append(f"{name}: max |difference| {difference:.2e} of {largest:.3f}")
    l0 = (acts != 0).float().sum(-1).mean().item()
    print(f"{'ok  ' if good else 'FAIL'} {folder.name:28s} {sae.cfg.architecture():22s} L0 {l0:7.2f}  {'  '.join(parts)}")
    return good


def main() -> int:
    folders = sorted(path.parent for path in Path(sys.argv[1]).rglob("ours.safetensors"))
    if not folders:
        print("There is no folder with ours.safetensors.", file=sys.stderr)
        return 1
    return 0 if all([compare(folder) for folder in folders]) else 1


if __name__ == "__main__":
    sys.exit(main())
