-- AlterEnum
ALTER TYPE "link_purpose" ADD VALUE 'change_email';

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "address" TEXT,
ADD COLUMN     "last_used_at" TIMESTAMPTZ(3);
