-- AlterTable
ALTER TABLE "api_key_secrets" ADD COLUMN     "imported_digest" BYTEA;

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secrets_imported_digest_key" ON "api_key_secrets"("imported_digest");
