import { UsherError } from '#kernel/errors.ts'
import type { Isolation } from './isolation.ts'
import type { Pool } from './pool.ts'

/** What may run scripts, once it is known that they may run here. */
export interface GuardedPool extends Pick<Isolation, 'run' | 'stop'> {
  /** Throws `settings_invalid` where no jail can be had and none is not allowed. */
  readonly start: () => Promise<void>
  /** The jail in force; undefined before the first start. */
  readonly jail: () => string | undefined
}

/** Lets scripts run in a jail alone, unless somebody wrote that they may do without. */
export const onlyJailed = (pool: Pool, { mayRunUnjailed }: { readonly mayRunUnjailed: boolean }): GuardedPool => {
  let jail: string | undefined
  const start = async (): Promise<void> => {
    await pool.start()
    jail = pool.jail()
    if (jail === 'none' && !mayRunUnjailed) throw unjailed()
  }
  return {
    start,
    run: async (job) => {
      if (jail === undefined || jail === 'none') await start()
      return pool.run(job)
    },
    jail: () => jail,
    stop: pool.stop,
  }
}

const unjailed = () => {
  const problem =
    'ruleJail: this machine offers neither user namespaces nor bwrap to keep rules in. Install bubblewrap, allow user namespaces, or write "ruleJail": "none"'
  return new UsherError('settings_invalid', { detail: { field: 'ruleJail', problem } })
}
