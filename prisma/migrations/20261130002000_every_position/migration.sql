-- Cross-entropies and KL of trainings took every position, BOS too. The names now mean what SAELens means by them (BOS keeps its
-- activations and counts in no loss), so what was measured before gets the name of what it is. No value changes.
UPDATE "run_metric" SET "key" = "key" || '_every_position'
WHERE "key" IN ('ce_clean', 'ce_sae', 'ce_zero', 'ce_recovered', 'kl', 'train_ce_recovered', 'train_kl');

UPDATE "training" SET "checkpoints" = regexp_replace(
  "checkpoints"::text,
  '"(ce_clean|ce_sae|ce_zero|ce_recovered|kl|train_ce_recovered|train_kl)":',
  '"\1_every_position":',
  'g'
)::jsonb
WHERE "checkpoints" <> '[]';
