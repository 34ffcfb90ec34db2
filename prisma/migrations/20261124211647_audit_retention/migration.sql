-- AlterTable
ALTER TABLE "audit_segments" ADD COLUMN     "drop_seal" BYTEA;
