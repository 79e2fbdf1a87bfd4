-- What people write about a SAE, beside its name.
ALTER TABLE "sae" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "sae" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
