-- The precision a model is loaded at, and the one each result of it was made at. Until now everything was float32.
ALTER TABLE "model" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
ALTER TABLE "training" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
ALTER TABLE "sae" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
ALTER TABLE "extraction" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
ALTER TABLE "steering" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
ALTER TABLE "capture" ADD COLUMN "precision" TEXT NOT NULL DEFAULT 'float32';
