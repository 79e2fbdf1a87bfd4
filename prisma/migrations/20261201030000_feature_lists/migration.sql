-- CreateTable
CREATE TABLE "feature_list" (
    "id" UUID NOT NULL,
    "sae_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "indices" INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_list_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "feature_list_sae_id_name_key" ON "feature_list"("sae_id", "name");

-- AddForeignKey
ALTER TABLE "feature_list" ADD CONSTRAINT "feature_list_sae_id_fkey" FOREIGN KEY ("sae_id") REFERENCES "sae"("id") ON DELETE CASCADE ON UPDATE CASCADE;
