-- SAEs that come from files: where from, in which layout, what they say of themselves, and how they measured on the model.
ALTER TABLE "sae" ADD COLUMN "ready_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP;
UPDATE "sae" SET "ready_at" = "created_at";
ALTER TABLE "sae" ADD COLUMN "site_out" TEXT;
ALTER TABLE "sae" ADD COLUMN "source" JSONB;
ALTER TABLE "sae" ADD COLUMN "layout" TEXT;
ALTER TABLE "sae" ADD COLUMN "declared" JSONB;
ALTER TABLE "sae" ADD COLUMN "check" JSONB;
-- Uploads of SAE folders stand beside those of models.
ALTER TABLE "folder_upload" ADD COLUMN "purpose" TEXT NOT NULL DEFAULT 'model';
