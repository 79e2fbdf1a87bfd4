-- What the check of stored data found: one row for each thing that was looked at. `file`: the damaged one, null for none.
CREATE TABLE "stored_check" (
    "room" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "bytes" BIGINT NOT NULL,
    "file" TEXT,
    "found_at" TIMESTAMPTZ(3),

    CONSTRAINT "stored_check_pkey" PRIMARY KEY ("room", "id")
);
