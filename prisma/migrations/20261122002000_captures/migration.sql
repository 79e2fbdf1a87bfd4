-- Captured activations: files lie in the data directory, this row says what they are.
CREATE TABLE "capture" (
    "id" UUID NOT NULL,
    "model_id" UUID,
    "model_name" TEXT NOT NULL,
    "tokenization_id" UUID,
    "dataset_name" TEXT NOT NULL,
    "context_size" INTEGER NOT NULL,
    "params" JSONB NOT NULL,
    "sites" JSONB NOT NULL,
    "tokens" BIGINT NOT NULL,
    "summary" JSONB,
    "ready_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "capture_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "capture" ADD CONSTRAINT "capture_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "capture" ADD CONSTRAINT "capture_tokenization_id_fkey" FOREIGN KEY ("tokenization_id") REFERENCES "tokenization"("id") ON DELETE SET NULL ON UPDATE CASCADE;
