import type { QueryConfig, QueryResult } from 'pg'
import { createLane } from '#lib/lane.ts'
import type { Execute } from './database.ts'
import { isStalePlan } from './postgres-errors.ts'

/** More different statements than Usher has; the others are not kept prepared. */
const STATEMENTS_KEPT = 500

const CHANGES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE']

interface Queryable {
  readonly query: (config: QueryConfig) => Promise<QueryResult>
}

/** Names under which connections keep statements prepared, so that the server reads and plans each of them once. */
export interface StatementNames {
  readonly of: (sql: string) => string | undefined
  /** After a table has changed: new names, so that everything is prepared anew. */
  readonly forget: () => void
}

export const statementNames = (): StatementNames => {
  const names = new Map<string, string>()
  let generation = 0
  return {
    of: (sql) => {
      const known = names.get(sql)
      if (known !== undefined || names.size >= STATEMENTS_KEPT) return known
      const name = `usher_${generation}_${names.size}`
      names.set(sql, name)
      return name
    },
    forget: () => {
      names.clear()
      generation += 1
    },
  }
}

/** Runs statements on a connection, one at a time, or on any connection of a pool. */
export const statementsOn =
  (to: Queryable, names: StatementNames): Execute =>
  async ({ sql, parameters }) => {
    const name = names.of(sql)
    try {
      const { rows, command, rowCount } = await to.query({ text: sql, values: [...parameters], ...(name !== undefined && { name }) })
      return { rows, ...(CHANGES.includes(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) }
    } catch (error) {
      if (isStalePlan(error)) names.forget()
      throw error
    }
  }

/** One statement after the other, whoever asks: a connection does one thing at a time. */
export const oneAtATime = (execute: Execute): Execute => {
  const lane = createLane()
  return (query) => lane(() => execute(query))
}
