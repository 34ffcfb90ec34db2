-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN     "mac" BYTEA,
ADD COLUMN     "seq" BIGINT;

-- CreateTable
CREATE TABLE "audit_heads" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,
    "mac" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seal" BYTEA NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_segments" (
    "first_seq" BIGINT NOT NULL,
    "last_seq" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "previous_mac" BYTEA NOT NULL,
    "last_mac" BYTEA NOT NULL,
    "seal" BYTEA NOT NULL,
    "dropped_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_segments_pkey" PRIMARY KEY ("first_seq")
);

-- CreateTable
CREATE TABLE "leak_reports" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "secret_id" TEXT NOT NULL,
    "url" TEXT NOT NULL DEFAULT '',
    "source" TEXT NOT NULL DEFAULT '',
    "outcome" TEXT NOT NULL,

    CONSTRAINT "leak_reports_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "leak_reports_api_key_id_at_idx" ON "leak_reports"("api_key_id", "at");

-- CreateIndex
CREATE INDEX "leak_reports_at_idx" ON "leak_reports"("at");

-- CreateIndex
CREATE UNIQUE INDEX "leak_reports_secret_id_url_key" ON "leak_reports"("secret_id", "url");

-- CreateIndex
CREATE UNIQUE INDEX "audit_events_seq_key" ON "audit_events"("seq");

-- CreateIndex
CREATE INDEX "audit_events_organization_id_at_idx" ON "audit_events"("organization_id", "at");
