import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listen } from '../../emulator/http-server.ts'
import { startTenant, TENANT_SECRET } from '../support/emulated-tenant.ts'
import { passwordSpellings } from '../support/password-spellings.ts'
import type { ProvisioningOrder } from './one-provisioning.ts'

const PROGRAM = fileURLToPath(new URL('one-provisioning.ts', import.meta.url))

interface Ran {
  readonly code: number | null
  readonly output: string
}

const run = (order: ProvisioningOrder): Promise<Ran> => {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

test('the password of a new person is posted once and is nowhere afterwards: not in the database, the log or the memory', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-password-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const emulator = await startTenant(t)
  const passwords: string[] = []
  // In front of the emulator, whose journal keeps no passwords: sees what is posted.
  const tap = await listen(
    async (request) => {
      const text = await request.clone().text()
      const password = /"password":"([^"]+)"/.exec(text)?.[1]
      if (password !== undefined) passwords.push(password)
      const url = new URL(request.url)
      url.port = new URL(emulator.addresses.graph).port
      const body = text === '' ? {} : { body: text }
      return emulator.fetch(new Request(url, { method: request.method, headers: request.headers, ...body }))
    },
    '127.0.0.1',
    0,
  )
  t.after(tap.close)
  emulator.world.scenarios.set('createdBut504', true)
  const heapSnapshot = join(folder, 'end.heapsnapshot')
  const { code, output } = await run({
    database: `sqlite:${join(folder, 'usher.db')}`,
    key: randomBytes(32).toString('base64'),
    addresses: { login: emulator.addresses.login, graph: `http://graph.localhost:${tap.port}` },
    secret: TENANT_SECRET,
    start: Date.parse('2026-03-02T09:00:00Z'),
    heapSnapshot,
  })
  assert.equal(code, 0, output)
  assert.ok(passwords.length >= 1)
  assert.equal(new Set(passwords).size, passwords.length, 'another one each time')
  for (const password of passwords) assert.ok(password.length >= 48)
  const files = readdirSync(folder).map((file) => ({ file, bytes: readFileSync(join(folder, file)) }))
  for (const { file, bytes } of [...files, { file: 'the log', bytes: Buffer.from(output) }]) assertNowhere(file, bytes, passwords)
  // The search itself works: what the process does keep is found in both.
  const keeping = files.filter(({ bytes }) => bytes.includes(Buffer.from('ana.ruiz@guests.contoso.example'))).map(({ file }) => file)
  assert.ok(
    keeping.some((file) => file.startsWith('usher.db')),
    'the database could not be searched',
  )
  assert.ok(keeping.includes('end.heapsnapshot'), 'the memory could not be searched')
})

const assertNowhere = (file: string, bytes: Buffer, passwords: readonly string[]): void => {
  for (const spelling of passwords.flatMap(passwordSpellings)) assert.equal(bytes.includes(spelling), false, `${file} has it`)
}
