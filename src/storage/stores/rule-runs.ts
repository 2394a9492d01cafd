import { ONE_HOUR_MS } from '#kernel/clock.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RuleRun } from '#kernel/rule.ts'
import { Secret } from '#kernel/secret.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { RuleRunsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
  readonly randomness: Randomness
}

interface KeptRun extends RuleRun {
  readonly id: string
}

const KEPT_MS = 10 * 24 * ONE_HOUR_MS
const INSTANT_DIGITS = 10
const RANDOM_BYTES = 12
const placeOf = (id: string) => ({ table: 'rule_runs', row: id, column: 'body_sealed' })

/** Traces of what rules did lately, sealed: they hold what was said about people. */
export const ruleRunStore = ({ storage: { read, write }, sealer, randomness }: Parts) => ({
  /** The id it is found by. */
  record: async (run: RuleRun): Promise<string> => {
    const { at, userId: user_id, relyingParty: relying_party, reference } = run
    // Sorts as the runs happened.
    const id = at.toString(36).padStart(INSTANT_DIGITS, '0') + randomness.bytes(RANDOM_BYTES).toString('hex')
    const body_sealed = sealer.seal(new Secret(JSON.stringify(run.body)), placeOf(id))
    await write((tx) =>
      tx
        .insertInto('rule_runs')
        .values({ id, at, user_id, relying_party, reference, body_sealed, expires_at: at + KEPT_MS })
        .execute(),
    )
    return id
  },
  /** The newest first. */
  latest: async ({ limit, relyingParty }: { readonly limit: number; readonly relyingParty?: string }): Promise<readonly KeptRun[]> => {
    const rows = await read
      .selectFrom('rule_runs')
      .selectAll()
      .$if(relyingParty !== undefined, (query) => query.where('relying_party', '=', relyingParty ?? ''))
      // Every id is greater than nothing: said so that they are read from the end of the index.
      .where('id', '>', '')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => runIn(row, sealer))
  },
  find: async (id: string): Promise<KeptRun | undefined> => {
    const row = await read.selectFrom('rule_runs').selectAll().where('id', '=', id).executeTakeFirst()
    return row && runIn(row, sealer)
  },
})

const runIn = (row: RuleRunsTable, sealer: Secrets): KeptRun => ({
  id: row.id,
  at: row.at,
  userId: row.user_id,
  relyingParty: row.relying_party,
  reference: row.reference,
  body: JSON.parse(sealer.open(row.body_sealed, placeOf(row.id)).reveal()),
})
