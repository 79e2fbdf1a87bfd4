CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "control" TEXT NOT NULL DEFAULT 'run',
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "dispatch" INTEGER NOT NULL DEFAULT 0,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "heartbeat_at" TIMESTAMPTZ(3),
    "progress" JSONB,
    "result" JSONB,
    "error" JSONB,
    "seq" INTEGER NOT NULL DEFAULT -1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_event" (
    "job_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "job_event_pkey" PRIMARY KEY ("job_id","seq")
);

-- CreateTable
CREATE TABLE "worker_process" (
    "id" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "runners" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "worker_process_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "hash" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "model" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "ready_at" TIMESTAMPTZ(3),
    "spec" JSONB,
    "sites" JSONB NOT NULL DEFAULT '[]',
    "tokenizer" JSONB,
    "self_check" JSONB,
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "source" JSONB NOT NULL,
    "format" TEXT,
    "text_column" TEXT,
    "ready_at" TIMESTAMPTZ(3),
    "stats" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tokenization" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "context_size" INTEGER NOT NULL,
    "prepend_bos" BOOLEAN NOT NULL,
    "ready_at" TIMESTAMPTZ(3),
    "stats" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tokenization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "summary" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_metric" (
    "run_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "value" DOUBLE PRECISION,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_metric_pkey" PRIMARY KEY ("run_id","key","step")
);

-- CreateTable
CREATE TABLE "training" (
    "id" UUID NOT NULL,
    "model_id" UUID,
    "model_name" TEXT NOT NULL,
    "tokenization_id" UUID,
    "dataset_name" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "d_in" INTEGER NOT NULL,
    "d_sae" INTEGER NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "checkpoints" JSONB NOT NULL DEFAULT '[]',
    "sae_id" UUID,

    CONSTRAINT "training_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sae" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "model_id" UUID,
    "model_name" TEXT NOT NULL,
    "training_id" UUID,
    "site" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "d_in" INTEGER NOT NULL,
    "d_sae" INTEGER NOT NULL,
    "k" INTEGER,
    "context_size" INTEGER NOT NULL,
    "summary" JSONB,
    "bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sae_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "extraction" (
    "id" UUID NOT NULL,
    "sae_id" UUID NOT NULL,
    "tokenization_id" UUID,
    "dataset_name" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "summary" JSONB,
    "ready_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "extraction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature" (
    "extraction_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "density" DOUBLE PRECISION NOT NULL,
    "max_activation" DOUBLE PRECISION NOT NULL,
    "mean_activation" DOUBLE PRECISION NOT NULL,
    "firings" BIGINT NOT NULL,
    "top_tokens" TEXT[],
    "histogram" JSONB NOT NULL,
    "quantile_edges" DOUBLE PRECISION[],
    "positive_logits" JSONB NOT NULL,
    "negative_logits" JSONB NOT NULL,
    "neighbours" JSONB NOT NULL,
    "best" JSONB,
    "search_text" TEXT NOT NULL,

    CONSTRAINT "feature_pkey" PRIMARY KEY ("extraction_id","index")
) PARTITION BY LIST ("extraction_id");

-- CreateTable
CREATE TABLE "feature_example" (
    "extraction_id" UUID NOT NULL,
    "feature_index" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "rank" INTEGER NOT NULL,
    "group" INTEGER,
    "value" REAL NOT NULL,
    "context" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "peak" INTEGER NOT NULL,
    "token_ids" INTEGER[],
    "texts" TEXT[],
    "activations" REAL[],

    CONSTRAINT "feature_example_pkey" PRIMARY KEY ("extraction_id","feature_index","kind","rank")
) PARTITION BY LIST ("extraction_id");

-- CreateTable
CREATE TABLE "feature_annotation" (
    "sae_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "label" TEXT,
    "notes" TEXT NOT NULL DEFAULT '',
    "starred" BOOLEAN NOT NULL DEFAULT false,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feature_annotation_pkey" PRIMARY KEY ("sae_id","index")
);

-- CreateTable
CREATE TABLE "steering" (
    "id" UUID NOT NULL,
    "name" TEXT,
    "model_id" UUID,
    "model_name" TEXT NOT NULL,
    "extraction_id" UUID,
    "sae_id" UUID,
    "site" TEXT,
    "request" JSONB NOT NULL,
    "result" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "steering_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "job_state_queue_idx" ON "job"("state", "queue");

-- CreateIndex
CREATE INDEX "job_subject_id_created_at_idx" ON "job"("subject_id", "created_at");

-- CreateIndex
CREATE INDEX "job_created_at_idx" ON "job"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "tokenization_dataset_id_idx" ON "tokenization"("dataset_id");

-- CreateIndex
CREATE INDEX "steering_created_at_idx" ON "steering"("created_at");

-- AddForeignKey
ALTER TABLE "job_event" ADD CONSTRAINT "job_event_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tokenization" ADD CONSTRAINT "tokenization_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tokenization" ADD CONSTRAINT "tokenization_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_metric" ADD CONSTRAINT "run_metric_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training" ADD CONSTRAINT "training_id_fkey" FOREIGN KEY ("id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training" ADD CONSTRAINT "training_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training" ADD CONSTRAINT "training_tokenization_id_fkey" FOREIGN KEY ("tokenization_id") REFERENCES "tokenization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sae" ADD CONSTRAINT "sae_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "extraction" ADD CONSTRAINT "extraction_sae_id_fkey" FOREIGN KEY ("sae_id") REFERENCES "sae"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "extraction" ADD CONSTRAINT "extraction_tokenization_id_fkey" FOREIGN KEY ("tokenization_id") REFERENCES "tokenization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_annotation" ADD CONSTRAINT "feature_annotation_sae_id_fkey" FOREIGN KEY ("sae_id") REFERENCES "sae"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "steering" ADD CONSTRAINT "steering_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Guards that Prisma's schema language cannot say.
ALTER TABLE "job" ADD CONSTRAINT "job_state_known" CHECK ("state" IN ('queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled'));
ALTER TABLE "job" ADD CONSTRAINT "job_control_known" CHECK ("control" IN ('run', 'pause', 'stop', 'cancel'));
ALTER TABLE "job" ADD CONSTRAINT "job_queue_known" CHECK ("queue" IN ('compute', 'interactive', 'io'));
