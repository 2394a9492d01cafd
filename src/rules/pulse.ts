import { toRunner } from './frames.ts'
import type { RunnerChild } from './runner-child.ts'

export const TICK_MS = 100

export interface PulseLimits {
  /** How long a runner may not listen because a script keeps it busy. */
  readonly busyMs: number
  /** Resident memory. */
  readonly memoryBytes: number
}

/** Ends a runner that no longer listens or has grown too large. */
export const createPulse = (child: RunnerChild, { busyMs, memoryBytes }: PulseLimits) => {
  let beat = 0
  let missed = 0
  return {
    /** To be called every TICK_MS. Ticks are counted, not time: an Usher that was busy itself does not blame its runner. */
    feel: (): void => {
      if (missed * TICK_MS > busyMs) return child.kill('timeout')
      if (missed === 0) {
        beat += 1
        child.send(toRunner.ping, beat)
      }
      missed += 1
      if (child.memoryBytes() > memoryBytes) child.kill('memory')
    },
    answered: (id: number): void => {
      if (id === beat) missed = 0
    },
  }
}
