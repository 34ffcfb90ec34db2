-- AlterTable
ALTER TABLE "api_key_secrets" ADD COLUMN     "imported_as" TEXT,
ADD COLUMN     "imported_hash" TEXT,
ADD COLUMN     "lookup_prefix" TEXT;

-- AlterTable
ALTER TABLE "client_secrets" ADD COLUMN     "imported_hash" TEXT;

-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "slug" TEXT;

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "slug" TEXT;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "imported_password_hash" TEXT;

-- CreateTable
CREATE TABLE "foreign_key_formats" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "prefix_length" INTEGER,
    "hash_key_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "foreign_key_formats_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hash_keys" (
    "id" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "key_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hash_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revocations" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,

    CONSTRAINT "revocations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settings" (
    "name" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "hash_keys_digest_key" ON "hash_keys"("digest");

-- CreateIndex
CREATE INDEX "revocations_at_idx" ON "revocations"("at");

-- CreateIndex
CREATE INDEX "api_key_secrets_lookup_prefix_idx" ON "api_key_secrets"("lookup_prefix");

-- CreateIndex
CREATE UNIQUE INDEX "clients_slug_key" ON "clients"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations"("slug");
