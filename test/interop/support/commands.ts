import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const PACKAGES: Readonly<Record<string, string>> = {
  xmlsec1: 'xmlsec1',
  xmllint: 'libxml2-utils',
  openssl: 'openssl',
  '/usr/bin/python3': 'python3',
  php: 'php-cli',
  'g++': 'g++',
}

/** Runs a program that is not ours to its end. Throws, and says which Debian package has it, when it is not there. */
export const run = (program: string, args: readonly string[], input = ''): Ran => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
  })
  if (error || status === null)
    throw new Error(`${program} did not run; Debian has it in ${PACKAGES[program] ?? 'no package'}`, { cause: error })
  return { status, stdout, stderr }
}

/** The same for a program that has to succeed; what it printed. */
export const must = (program: string, args: readonly string[], input = ''): string => {
  const { status, stdout, stderr } = run(program, args, input)
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(0, 2_000)}`)
  return stdout
}

/** A folder that is gone when the tests of this file are over. */
export const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'usher-interop-'))
  after(() => rmSync(made, { recursive: true, force: true }))
  return made
}
