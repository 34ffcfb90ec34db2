/** Days as date fields have them: `YYYY-MM-DD`, in UTC like every time that pages name. */

const msOfDay = 86_400_000

export function dayAfter(now: Date, days: number): string {
  return new Date(now.getTime() + days * msOfDay).toISOString().slice(0, 10)
}

/** Seconds from now until that day ends; null: it is none, or over. */
export function secondsUntilEndOf(day: string, now: Date): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null
  const start = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(start)) return null
  const seconds = Math.floor((start + msOfDay - now.getTime()) / 1000)
  return seconds > 0 ? seconds : null
}
