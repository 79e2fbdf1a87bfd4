-- A single file comes in pieces as folders do: its upload is a folder upload of one file. Files that wait for their import keep their place,
-- under the name that they have on disk.
ALTER TABLE "folder_upload" ALTER COLUMN "purpose" DROP DEFAULT;

INSERT INTO "folder_upload" ("id", "name", "purpose", "path", "created_at", "touched_at")
SELECT "id", "name", 'dataset', '', "created_at", "created_at" FROM "upload";

INSERT INTO "folder_upload_file" ("upload_id", "index", "name", "size", "modified", "received", "sha256")
SELECT "id", 0,
  coalesce(nullif(right(regexp_replace(regexp_replace(normalize(regexp_replace("name", '^.*[\\/]', ''), NFKD),
    '[^A-Za-z0-9._-]+', '_', 'g'), '^[._]+', ''), 120), ''), 'upload'),
  "size", 0, "size", "sha256"
FROM "upload";

DROP TABLE "upload";
