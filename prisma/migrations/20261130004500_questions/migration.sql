-- Short questions have runners of their own: a question never waits for a generation, nor behind one question that takes long.
ALTER TABLE "job" DROP CONSTRAINT "job_queue_known";
ALTER TABLE "job" ADD CONSTRAINT "job_queue_known" CHECK ("queue" IN ('compute', 'interactive', 'questions', 'io'));
