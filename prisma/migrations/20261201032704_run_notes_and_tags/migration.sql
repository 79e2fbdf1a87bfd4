-- What people write about a run, beside its name.
ALTER TABLE "run" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "run" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- The list of runs, newest first, in pages.
CREATE INDEX "run_created_at_id_idx" ON "run"("created_at" DESC, "id");
