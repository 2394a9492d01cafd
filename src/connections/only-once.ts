import type { Clock } from '#kernel/clock.ts'

/** Tells whether something is seen for the first time. Each is remembered until nobody would take it any more. */
export const onlyOnce = (clock: Clock): ((id: string, until: number) => boolean) => {
  const seen = new Map<string, number>()
  return (id, until) => {
    const now = clock.now()
    // In the order they came, which is nearly that in which they end.
    for (const [one, end] of seen) {
      if (end > now) break
      seen.delete(one)
    }
    if ((seen.get(id) ?? 0) > now) return false
    seen.set(id, until)
    return true
  }
}
