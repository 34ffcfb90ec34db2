-- AlterTable
ALTER TABLE "webhook_endpoints" ADD COLUMN     "secret_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "webhook_endpoints_secret_id_key" ON "webhook_endpoints"("secret_id");
