-- AlterTable
ALTER TABLE "api_key_secrets" ADD COLUMN     "late_use_told_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "notice_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "client_secrets" ADD COLUMN     "notice_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "outbox_events" ADD COLUMN     "mail_waits" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "muted_mail" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "limit_notices" (
    "subject" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "limit_notices_pkey" PRIMARY KEY ("subject")
);

-- CreateTable
CREATE TABLE "queued_mails" (
    "id" BIGSERIAL NOT NULL,
    "user_id" TEXT NOT NULL,
    "address" TEXT,
    "kind" TEXT NOT NULL,
    "bundle" TEXT NOT NULL,
    "about" TEXT NOT NULL,
    "choice" TEXT,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "dies_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "mail_id" TEXT,
    "lease_ends_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "queued_mails_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "limit_notices_told_at_idx" ON "limit_notices"("told_at");

-- CreateIndex
CREATE INDEX "queued_mails_user_id_bundle_sent_at_idx" ON "queued_mails"("user_id", "bundle", "sent_at");

-- CreateIndex
CREATE INDEX "queued_mails_due_at_idx" ON "queued_mails"("due_at");

-- CreateIndex
CREATE INDEX "queued_mails_mail_id_idx" ON "queued_mails"("mail_id");

-- CreateIndex
CREATE INDEX "queued_mails_created_at_idx" ON "queued_mails"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "queued_mails_user_id_about_key" ON "queued_mails"("user_id", "about");

-- CreateIndex
CREATE INDEX "api_key_secrets_superseded_at_idx" ON "api_key_secrets"("superseded_at");

-- CreateIndex
CREATE INDEX "api_keys_notice_at_idx" ON "api_keys"("notice_at");

-- CreateIndex
CREATE INDEX "client_secrets_notice_at_idx" ON "client_secrets"("notice_at");

-- CreateIndex
CREATE INDEX "outbox_events_mail_waits_at_idx" ON "outbox_events"("mail_waits", "at");

-- AddForeignKey
ALTER TABLE "queued_mails" ADD CONSTRAINT "queued_mails_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
