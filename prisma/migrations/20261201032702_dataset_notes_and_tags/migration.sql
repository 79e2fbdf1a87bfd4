-- What people write about a dataset, beside its name.
ALTER TABLE "dataset" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "dataset" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
