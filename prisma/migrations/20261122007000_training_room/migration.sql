-- Trainings of one sweep, of one job, and those that began from a checkpoint of another; alerts; templates.
ALTER TABLE "training"
  ADD COLUMN "sweep_id" UUID,
  ADD COLUMN "group_id" UUID,
  ADD COLUMN "parent_id" UUID,
  ADD COLUMN "parent_step" INTEGER,
  ADD COLUMN "alerts" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "training_template" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "params" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "training_template_pkey" PRIMARY KEY ("id")
);
