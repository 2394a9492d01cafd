import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Unit } from '../storage.ts'
import type { Execute } from './database.ts'

export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown }

/** Where a unit's statements go, and how they are made. */
export interface Ground {
  readonly execute: Execute
  readonly databaseOn: (execute: Execute) => Kysely<Schema>
}

/**
 * Runs a unit to its end and never throws. It fails with its first statement that fails, caught or not, since a database may
 * have given up the transaction by then; and it fails when it waits for anything but its statements: with none under way
 * at the end of a turn of the event loop, nothing that belongs to the unit can wake it again.
 */
export const runUnit = <Result>(unit: Unit<Result>, { execute, databaseOn }: Ground): Promise<Outcome<Result>> =>
  new Promise((resolve) => {
    let isOver = false
    let underWay = 0
    let failed: Outcome<Result> | undefined
    const end = (outcome: Outcome<Result>): void => {
      isOver = true
      clearImmediate(watch)
      resolve(failed ?? outcome)
    }
    const look = (): void => {
      watch = undefined
      if (underWay === 0) end({ error: new Error('a unit waits for something that is not a statement of its own') })
    }
    let watch: NodeJS.Immediate | undefined = setImmediate(look)
    const guarded: Execute = async (query) => {
      if (isOver) throw new Error('a statement came after its unit had ended')
      underWay += 1
      try {
        return await execute(query)
      } catch (error) {
        failed ??= { error }
        throw error
      } finally {
        underWay -= 1
        if (!isOver) watch ??= setImmediate(look)
      }
    }
    Promise.try(unit, databaseOn(guarded)).then(
      (value) => end({ value }),
      (error) => end({ error }),
    )
  })
