// Writes until it is killed: `node writer.ts FILE FIRST WRITERS ROUNDS`. Each unit adds two rows, and its number is said
// once the unit is acknowledged. WRITERS units at a time; ends after ROUNDS of them.
import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { sqliteDatabase } from '../../../src/storage/dialects/sqlite.ts'

const [file = '', first = '1', writers = '1', rounds = '1'] = process.argv.slice(2)
const clock = { now: Date.now, sleep: (ms: number) => wait(ms) }

const database = sqliteDatabase({ file, isServer: true, clock })
await database.write((tx) => sql`create table if not exists pairs (id integer, side text, primary key (id, side))`.execute(tx))
writeSync(1, 'ready\n')

let next = Number(first)
const writeOne = async (): Promise<void> => {
  const id = next
  next += 1
  await database.write(async (tx) => {
    for (const side of ['left', 'right']) await sql`insert into pairs (id, side) values (${id}, ${side})`.execute(tx)
  })
  writeSync(1, `${id}\n`)
}

try {
  for (let round = 0; round < Number(rounds); round += 1) await Promise.all(Array.from({ length: Number(writers) }, writeOne))
} catch {
  writeSync(1, `refused ${database.isSound()}\n`)
  await database.close()
}
