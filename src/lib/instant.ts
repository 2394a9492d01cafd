import { ONE_MINUTE_MS } from '#kernel/clock.ts'

/** Far more than the times of all tokens of a minute fall into. */
const MINUTES_KEPT = 1_000
const SECONDS_AND_REST = '00.000Z'.length

const minutes = new Map<number, string>()

/** A time in milliseconds as ISO 8601 has it, in UTC. Each token has half a dozen, so what a minute shares is written once. */
export const instant = (ms: number): string => {
  const whole = Math.trunc(ms)
  const minute = Math.floor(whole / ONE_MINUTE_MS)
  const rest = String(whole - minute * ONE_MINUTE_MS).padStart(5, '0')
  return `${minutes.get(minute) ?? keep(minute)}${rest.slice(0, 2)}.${rest.slice(2)}Z`
}

const keep = (minute: number): string => {
  const written = new Date(minute * ONE_MINUTE_MS).toISOString().slice(0, -SECONDS_AND_REST)
  if (minutes.size >= MINUTES_KEPT) minutes.clear()
  minutes.set(minute, written)
  return written
}
