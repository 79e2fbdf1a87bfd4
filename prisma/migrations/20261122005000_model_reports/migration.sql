-- What the model page shows beyond sizes: how the model is put together, which sites it lacks and why, and the report of its checks.
ALTER TABLE "model"
  ADD COLUMN "structure" JSONB,
  ADD COLUMN "absent_sites" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "parity" JSONB,
  ADD COLUMN "parity_report" JSONB;
