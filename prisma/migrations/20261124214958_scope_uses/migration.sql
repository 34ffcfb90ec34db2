-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "scope_uses_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "scope_uses" (
    "api_key_id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "last_needed_on" DATE NOT NULL,

    CONSTRAINT "scope_uses_pkey" PRIMARY KEY ("api_key_id","scope")
);

-- CreateIndex
CREATE INDEX "scope_uses_last_needed_on_idx" ON "scope_uses"("last_needed_on");
