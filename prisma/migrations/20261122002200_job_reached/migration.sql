-- How far each stage of a job ever came: a death after which no attempt comes further is one without advance.
ALTER TABLE "job" ADD COLUMN "reached" JSONB NOT NULL DEFAULT '{}';
