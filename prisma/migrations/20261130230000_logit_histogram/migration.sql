-- Tokens of the vocabulary by a feature's direct effect on their logits. Extractions made before have none.
ALTER TABLE "feature" ADD COLUMN "logit_histogram" JSONB;
