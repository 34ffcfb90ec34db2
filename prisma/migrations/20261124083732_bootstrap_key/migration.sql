-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "bootstrap_key_at" TIMESTAMPTZ(3);
