"""What SAELens finds on the ground-truth problem, from several starts: the bands of `bands.json`.

Needs torch, sae-lens 6.54 and safetensors; the product never runs it. `python demo/ground-truth/make_bands.py`
"""
import json
import tempfile
from pathlib import Path

import sae_lens
import torch
from sae_lens import SAE
from sae_lens.config import LoggingConfig, SAETrainerConfig
from sae_lens.registry import get_sae_training_class
from sae_lens.synthetic import evals
from sae_lens.training.sae_trainer import SAETrainer
from safetensors.torch import load_file

HERE = Path(__file__).parent
STARTS = 8
BATCH, STEPS = 256, 1000
TRAINER = dict(lr=3e-3, lr_end=3e-4, lr_warm_up_steps=20, lr_decay_steps=100, dead_feature_window=50)
ARCHITECTURES = {
    "topk": dict(k=2),
    "batchtopk": dict(k=2.2),
    "matryoshka_batchtopk": dict(k=2.2, matryoshka_widths=[9, 36]),
    "standard": dict(l1_coefficient=0.3, l1_warm_up_steps=100),
    "jumprelu": dict(l0_coefficient=0.03, l0_warm_up_steps=100),
    "gated": dict(l1_coefficient=0.3, l1_warm_up_steps=100),
}


def train(architecture, options, x, d_sae, start):
    cls, cfg_cls = get_sae_training_class(architecture)
    torch.manual_seed(1000 + start)
    sae = cls(cfg_cls(d_in=x.shape[1], d_sae=d_sae, **{k: list(v) if isinstance(v, list) else v for k, v in options.items()}))
    cfg = SAETrainerConfig(total_training_samples=BATCH * STEPS, train_batch_size_samples=BATCH, logger=LoggingConfig(log_to_wandb=False), **TRAINER)
    batches = len(x) // BATCH
    SAETrainer(cfg, sae, (x[BATCH * (i % batches) : BATCH * (i % batches + 1)] for i in range(STEPS))).fit()
    with tempfile.TemporaryDirectory() as folder:
        sae.save_inference_model(folder)
        return SAE.load_from_disk(folder)


@torch.no_grad()
def score(sae, x, acts, features):
    sae.eval()
    cos = evals.cosine_similarities(sae.W_dec, features).abs()
    rows, cols = evals.linear_sum_assignment(1 - cos.numpy())
    found = sae.encode(x)
    counts = evals.ClassificationMetricsCalculator(sae.W_dec, features)
    counts.add_batch(found, acts)
    residual = x - sae.decode(found)
    return {
        "mcc": cos[rows, cols].mean().item(),
        "f1": counts.compute().f1_score,
        "explainedVariance": (1 - residual.pow(2).sum() / (x - x.mean(0)).pow(2).sum()).item(),
        "l0": (found != 0).float().sum(1).mean().item(),
        "dead": int((found == 0).all(0).sum()),
    }


def main():
    problem = load_file(HERE / "problem.safetensors")
    x, features = problem["x"], problem["feature_vectors"]
    acts = torch.zeros(len(x), len(features))
    acts[problem["acts.row"].long(), problem["acts.column"].long()] = problem["acts.value"]
    found = {}
    for architecture, options in ARCHITECTURES.items():
        scores = [score(train(architecture, options, x, len(features), start), x, acts, features) for start in range(STARTS)]
        found[architecture] = {"options": options, "starts": scores}
        print(architecture, {k: [round(min(s[k] for s in scores), 3), round(max(s[k] for s in scores), 3)] for k in scores[0]}, flush=True)
    (HERE / "bands.json").write_text(
        json.dumps(
            {
                "library": f"sae-lens {sae_lens.__version__}, torch {torch.__version__}",
                "steps": STEPS,
                "batchSize": BATCH,
                "trainer": TRAINER,
                "trueL0": (acts != 0).float().sum(1).mean().item(),
                "architectures": found,
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
