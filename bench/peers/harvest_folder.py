"""Peer of bench/harvest.mjs for a model folder: tokens/s to a residual-stream site with transformers on PyTorch CPU.

    python bench/peers/harvest_folder.py --model DIR [--layer 2] [--batch 8] [--context 256] [--reps 9] [--threads 2]

The model is cut after the wanted block; only the forward is timed. Prints one JSON line (median and best).
"""
import argparse
import json
import statistics
import time

import torch
import transformers

p = argparse.ArgumentParser()
p.add_argument("--model", required=True)
for name, value in [("layer", 2), ("batch", 8), ("context", 256), ("reps", 9), ("threads", 2)]:
    p.add_argument(f"--{name}", type=int, default=value)
a = p.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(0)
model = transformers.AutoModel.from_pretrained(a.model, dtype=torch.float32).eval()
layers = model.layers if hasattr(model, "layers") else model.h
captured = {}
layers[a.layer].register_forward_hook(lambda _m, _i, out: captured.__setitem__("x", out[0] if isinstance(out, tuple) else out))
for index in range(len(layers) - 1, a.layer, -1):
    del layers[index]
ids = torch.randint(0, model.config.vocab_size, (a.batch, a.context))
times = []
with torch.inference_mode():
    for _ in range(a.reps + 2):
        began = time.perf_counter()
        model(ids, use_cache=False)
        times.append(time.perf_counter() - began)
tokens = a.batch * a.context
seconds = statistics.median(times[2:])
print(json.dumps({"peer": f"transformers {transformers.__version__}", "tokens_per_s": round(tokens / seconds), "best": round(tokens / min(times[2:]))}))
