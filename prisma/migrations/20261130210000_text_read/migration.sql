-- What the SAE of an extraction was trained on, seen from the text that is read.
ALTER TABLE "extraction" ADD COLUMN "trained_on" TEXT NOT NULL DEFAULT 'unknown';

UPDATE "extraction" e SET "trained_on" = CASE
    WHEN own."dataset_id" <> t."dataset_id" THEN 'other'
    WHEN own."stats"->'documents' = t."stats"->'documents' THEN 'this'
    ELSE 'unknown' END
FROM "sae" s, "training" r, "tokenization" own, "tokenization" t
WHERE s."id" = e."sae_id" AND r."id" = s."training_id" AND own."id" = r."tokenization_id" AND t."id" = e."tokenization_id";

-- Extractions read training documents first, held-out ones when these were used up: how many, where the text is still there.
UPDATE "extraction" e SET "summary" = jsonb_set(e."summary", '{read}', jsonb_build_object(
    'train', least(n.contexts, n.train) * n.size,
    'heldOut', greatest(n.contexts - n.train, 0) * n.size,
    'available', n.all_contexts * n.size))
FROM (
    SELECT e."id", t."context_size" AS size, (e."summary"->>'contexts')::bigint AS contexts,
        (t."stats"->>'trainContexts')::bigint AS train,
        (t."stats"->>'trainContexts')::bigint + (t."stats"->>'heldOutContexts')::bigint AS all_contexts
    FROM "extraction" e JOIN "tokenization" t ON t."id" = e."tokenization_id"
    WHERE e."summary" IS NOT NULL AND t."stats" IS NOT NULL
) n
WHERE n."id" = e."id";
