-- Trainings that read a capture instead of the model. `capture` stays when the capture itself is deleted.
ALTER TABLE "training"
  ADD COLUMN "capture_id" UUID,
  ADD COLUMN "capture" JSONB;

-- AddForeignKey
ALTER TABLE "training" ADD CONSTRAINT "training_capture_id_fkey" FOREIGN KEY ("capture_id") REFERENCES "capture"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "training_capture_id_idx" ON "training"("capture_id");

-- Sites of an SAE: several for crosscoders, else the one.
ALTER TABLE "sae" ADD COLUMN "sites" JSONB NOT NULL DEFAULT '[]';
