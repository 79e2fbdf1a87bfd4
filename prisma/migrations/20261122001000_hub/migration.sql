-- Secrets encrypted at rest, and where a model was downloaded from.
CREATE TABLE "secret" (
    "name" TEXT NOT NULL,
    "sealed" JSONB NOT NULL,
    "hint" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "secret_pkey" PRIMARY KEY ("name")
);

ALTER TABLE "model" ADD COLUMN "hub" JSONB;
