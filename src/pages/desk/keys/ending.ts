/** Which keys somebody should look after before they end: those that are in use. */

const msOfDay = 86_400_000
/** In days. */
export const endsWithin = 30
export const usedWithin = 7

export function endingInUse(now: Date): { expiring_before: string; used_since: string } {
  return {
    expiring_before: new Date(now.getTime() + endsWithin * msOfDay).toISOString(),
    used_since: new Date(now.getTime() - usedWithin * msOfDay).toISOString(),
  }
}
