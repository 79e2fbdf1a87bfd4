-- Log probabilities and alternatives of every written token, apart from the result that lists of experiments read.
ALTER TABLE "steering" ADD COLUMN "details" JSONB;
