-- Metrics of runs in chunks: a tail in the order of arrival, packed chunks per metric, pyramids above them (packages/runs).
ALTER TABLE "run" ADD COLUMN "revision" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "tail_values" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "series_count" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "run_series" (
    "run_id" UUID NOT NULL,
    "ord" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "base" BIGINT,
    "raised" BIGINT NOT NULL DEFAULT -1,
    "count" BIGINT NOT NULL,
    "gaps" BIGINT NOT NULL,
    "sum" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION,
    "max" DOUBLE PRECISION,
    "first_step" BIGINT NOT NULL,
    "last_step" BIGINT NOT NULL,
    "last" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "run_series_pkey" PRIMARY KEY ("run_id","ord")
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX "run_series_run_id_path_key" ON "run_series"("run_id", "path");
ALTER TABLE "run_series" ADD CONSTRAINT "run_series_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "run_tail" (
    "run_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "run_tail_pkey" PRIMARY KEY ("run_id","revision")
);
ALTER TABLE "run_tail" ADD CONSTRAINT "run_tail_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "run_chunk" (
    "run_id" UUID NOT NULL,
    "ord" INTEGER NOT NULL,
    "level" SMALLINT NOT NULL,
    "start" BIGINT NOT NULL,
    "stop" BIGINT NOT NULL,
    "count" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "run_chunk_pkey" PRIMARY KEY ("run_id","ord","level","start")
);
-- Packed already: PostgreSQL need not try again.
ALTER TABLE "run_chunk" ALTER COLUMN "data" SET STORAGE EXTERNAL;
ALTER TABLE "run_chunk" ADD CONSTRAINT "run_chunk_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- All values of before become tails, which are folded into chunks once the product runs. A value without a number was not finite.
INSERT INTO "run_series" ("run_id", "ord", "path", "count", "gaps", "sum", "min", "max", "first_step", "last_step", "last")
SELECT "run_id", row_number() OVER (PARTITION BY "run_id" ORDER BY "key") - 1, "key", count(*), count(*) - count("finite"),
    coalesce(sum("finite"), 0), min("finite"), max("finite"), min("step"), max("step"),
    (array_agg(coalesce("value", 'NaN') ORDER BY "step" DESC))[1]
FROM (
    SELECT *, CASE WHEN "value" NOT IN ('NaN', 'Infinity', '-Infinity') THEN "value" END AS "finite" FROM "run_metric"
    UNION ALL
    SELECT "run_id", '_time', "step", floor(extract(epoch FROM min("at")) * 1000)::float8, min("at"),
        floor(extract(epoch FROM min("at")) * 1000)::float8
    FROM "run_metric" GROUP BY "run_id", "step"
) m
GROUP BY "run_id", "key";

INSERT INTO "run_tail" ("run_id", "revision", "data")
SELECT "run_id", row_number() OVER (PARTITION BY "run_id" ORDER BY "ord", "part"), "data"
FROM (
    SELECT m."run_id", s."ord", m."part",
        string_agg(int4send(s."ord") || int8send(m."step"::bigint) || float8send(coalesce(m."value", 'NaN')), ''::bytea ORDER BY m."step") AS "data"
    FROM (
        SELECT "run_id", "key", "step", "value", (row_number() OVER (PARTITION BY "run_id", "key" ORDER BY "step") - 1) / 4096 AS "part"
        FROM (
            SELECT "run_id", "key", "step", "value" FROM "run_metric"
            UNION ALL
            SELECT "run_id", '_time', "step", floor(extract(epoch FROM min("at")) * 1000)::float8 FROM "run_metric" GROUP BY "run_id", "step"
        ) v
    ) m JOIN "run_series" s ON s."run_id" = m."run_id" AND s."path" = m."key"
    GROUP BY m."run_id", s."ord", m."part"
) t;

UPDATE "run" r SET "series_count" = s.n, "tail_values" = s.values, "revision" = t.newest
FROM (SELECT "run_id", count(*) AS n, sum("count") AS values FROM "run_series" GROUP BY "run_id") s,
    (SELECT "run_id", max("revision") AS newest FROM "run_tail" GROUP BY "run_id") t
WHERE s."run_id" = r."id" AND t."run_id" = r."id";

DROP TABLE "run_metric";
-- The same values once more, as events: curves are read from the store.
DELETE FROM "job_event" WHERE "type" = 'metrics';
