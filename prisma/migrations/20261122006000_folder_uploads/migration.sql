-- CreateTable
CREATE TABLE "folder_upload" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "registered_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "touched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "folder_upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "folder_upload_file" (
    "upload_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "modified" BIGINT NOT NULL,
    "received" BIGINT NOT NULL DEFAULT 0,
    "sha256" TEXT,

    CONSTRAINT "folder_upload_file_pkey" PRIMARY KEY ("upload_id","index")
);

-- CreateIndex
CREATE INDEX "folder_upload_path_idx" ON "folder_upload"("path");

-- AddForeignKey
ALTER TABLE "folder_upload_file" ADD CONSTRAINT "folder_upload_file_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "folder_upload"("id") ON DELETE CASCADE ON UPDATE CASCADE;
