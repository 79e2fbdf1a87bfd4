-- What people write about a model, beside its name.
ALTER TABLE "model" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "model" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
