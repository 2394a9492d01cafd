import type { Admitted, Ruled } from '#kernel/transaction.ts'
import { next, type Step } from './step.ts'

/** Admitted → ruled: the organization's rules have their say. */
export const applyRules: Step<Admitted> = async ({ running: _running, redirect: _redirect, continued: _continued, ...admitted }) => {
  const ruled: Ruled = { ...admitted, stage: 'ruled' }
  return next(ruled)
}
