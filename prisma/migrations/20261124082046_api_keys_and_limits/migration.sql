-- CreateEnum
CREATE TYPE "environment" AS ENUM ('live', 'test');

-- CreateEnum
CREATE TYPE "limit_per" AS ENUM ('key', 'organization');

-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "grantable_scopes" TEXT[],
ADD COLUMN     "limit_per" TEXT NOT NULL DEFAULT 'client';

-- CreateTable
CREATE TABLE "service_accounts" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "administrator" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT,
    "service_account_id" TEXT,
    "name" TEXT NOT NULL,
    "environment" "environment" NOT NULL DEFAULT 'live',
    "scopes" TEXT[],
    "grantable_scopes" TEXT[],
    "resource" TEXT,
    "external_id" TEXT,
    "tier" TEXT,
    "limits" JSONB,
    "allowed_ips" TEXT[],
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "expires_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "exposed_at" TIMESTAMPTZ(3),
    "exposed_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key_secrets" (
    "id" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "superseded_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tiers" (
    "name" TEXT NOT NULL,
    "hour" INTEGER,
    "burst_size" INTEGER NOT NULL,
    "burst_refill_per_second" DOUBLE PRECISION,
    "limit_per" "limit_per" NOT NULL DEFAULT 'key',
    "organization_limits" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tiers_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "policies" (
    "name" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "environment" "environment" NOT NULL DEFAULT 'live',
    "on_limit" INTEGER,
    "on_outage" INTEGER,
    "mode" TEXT NOT NULL DEFAULT 'enforce',
    "routes" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policies_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "limit_counters" (
    "subject" TEXT NOT NULL,
    "minutes" BYTEA NOT NULL,
    "burst_debt" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "limit_counters_pkey" PRIMARY KEY ("subject")
);

-- CreateTable
CREATE TABLE "usage" (
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL DEFAULT '',
    "route" TEXT NOT NULL DEFAULT '',
    "allowed" BIGINT NOT NULL DEFAULT 0,
    "limited" BIGINT NOT NULL DEFAULT 0,
    "denied" BIGINT NOT NULL DEFAULT 0,
    "cost" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "usage_pkey" PRIMARY KEY ("credential_id","hour","kind","route","organization_id")
);

-- CreateTable
CREATE TABLE "idempotency_records" (
    "digest" BYTEA NOT NULL,
    "body_digest" BYTEA NOT NULL,
    "status" INTEGER,
    "response_sealed" BYTEA,
    "secret_id" TEXT,
    "secret_sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_records_pkey" PRIMARY KEY ("digest")
);

-- CreateIndex
CREATE UNIQUE INDEX "service_accounts_organization_id_name_key" ON "service_accounts"("organization_id", "name");

-- CreateIndex
CREATE INDEX "api_keys_organization_id_created_at_id_idx" ON "api_keys"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "api_keys_created_at_id_idx" ON "api_keys"("created_at", "id");

-- CreateIndex
CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");

-- CreateIndex
CREATE INDEX "api_keys_service_account_id_idx" ON "api_keys"("service_account_id");

-- CreateIndex
CREATE INDEX "api_keys_external_id_idx" ON "api_keys"("external_id");

-- CreateIndex
CREATE INDEX "api_keys_expires_at_idx" ON "api_keys"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secrets_digest_key" ON "api_key_secrets"("digest");

-- CreateIndex
CREATE INDEX "api_key_secrets_api_key_id_created_at_idx" ON "api_key_secrets"("api_key_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "policies_resource_id_key" ON "policies"("resource_id");

-- CreateIndex
CREATE INDEX "limit_counters_at_idx" ON "limit_counters"("at");

-- CreateIndex
CREATE INDEX "usage_organization_id_hour_idx" ON "usage"("organization_id", "hour");

-- CreateIndex
CREATE INDEX "usage_hour_idx" ON "usage"("hour");

-- CreateIndex
CREATE INDEX "idempotency_records_secret_id_idx" ON "idempotency_records"("secret_id");

-- CreateIndex
CREATE INDEX "idempotency_records_expires_at_idx" ON "idempotency_records"("expires_at");

-- CreateIndex
CREATE INDEX "organizations_created_at_id_idx" ON "organizations"("created_at", "id");

-- CreateIndex
CREATE INDEX "resources_created_at_id_idx" ON "resources"("created_at", "id");

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- AddForeignKey
ALTER TABLE "service_accounts" ADD CONSTRAINT "service_accounts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policies" ADD CONSTRAINT "policies_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The tiers that every installation begins with. Administrators change them as they like.
INSERT INTO "tiers" ("name", "hour", "burst_size", "burst_refill_per_second", "limit_per", "updated_at") VALUES
    ('free', 1000, 100, NULL, 'key', now()),
    ('pro', 10000, 1000, NULL, 'key', now()),
    ('enterprise', NULL, 5000, 500, 'key', now());

-- What is written again every second finds room on its own page, so that no index has to be touched.
ALTER TABLE "api_key_secrets" SET (fillfactor = 75);
ALTER TABLE "limit_counters" SET (fillfactor = 75);
ALTER TABLE "usage" SET (fillfactor = 75);
