-- Sessions belong to the key that opened them and end with it. Of the sessions so far nobody knows whose they are: they sign in once more.
DELETE FROM "session";
ALTER TABLE "session"
  DROP CONSTRAINT "session_pkey",
  DROP COLUMN "scope",
  ADD COLUMN "id" UUID NOT NULL,
  ADD COLUMN "key_id" UUID NOT NULL,
  ADD COLUMN "browser" TEXT NOT NULL,
  ADD COLUMN "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD CONSTRAINT "session_pkey" PRIMARY KEY ("id"),
  ADD CONSTRAINT "session_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE UNIQUE INDEX "session_hash_key" ON "session"("hash");
CREATE INDEX "session_key_id_idx" ON "session"("key_id");
