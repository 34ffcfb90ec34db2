-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "first_steps_ended_at" TIMESTAMPTZ(3);
