import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import pg from 'pg'
import { SHARED_SERVER, startPostgres, withoutPostgres } from './postgres.ts'

const ask = async (url: string, statement: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

test('each caller has an empty database of its own, which is gone afterwards', { skip: withoutPostgres }, async () => {
  const one = await startPostgres()
  const other = await startPostgres()
  await ask(one.url, 'CREATE TABLE mine (id int)')
  const second = await one.createDatabase()
  for (const url of [other.url, second]) await assert.rejects(ask(url, 'SELECT * FROM mine'), /does not exist/)
  await other.close()
  await one.close()
  await assert.rejects(ask(one.url, 'SELECT 1'))
})

test('a durable one fsyncs', { skip: withoutPostgres }, async () => {
  const durable = await startPostgres({ durable: true })
  assert.deepEqual(await ask(durable.url, 'SHOW fsync'), [{ fsync: 'on' }])
  assert.deepEqual(await ask(durable.url, 'SHOW synchronous_commit'), [{ synchronous_commit: 'on' }])
  await durable.close()
})

test('a server ends with the process that started it, even when that is killed', { skip: withoutPostgres }, async () => {
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    console.log((await startPostgres()).url)
    setInterval(() => {}, 1_000)`
  const env = { ...process.env, [SHARED_SERVER]: '' }
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'], env })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [{ one: 1 }])
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const cutOff = once(client, 'error')
  child.kill('SIGKILL')
  await cutOff
  await client.end().catch(() => undefined)
})
