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

/** Runs a program that is not ours to its end. Throws, and says which Debian package has it, when it is not there. */
export const run = (program: Program, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Ran => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...environment },
  })
  if (error || status === null)
    throw new Error(`${program} did not run; it is in the Debian package ${PACKAGES[program]}`, { cause: error })
  return { status, stdout, stderr }
}

const PACKAGES = {
  xmlsec1: 'xmlsec1',
  xmllint: 'libxml2-utils',
  openssl: 'openssl',
  '/usr/bin/python3': 'python3',
  'g++': 'g++',
  apache2: 'apache2 with libapache2-mod-shib',
} as const

type Program = keyof typeof PACKAGES

/** A folder that is gone when the tests of this file are over. */
export const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'usher-interop-'))
  after(() => rmSync(made, { recursive: true, force: true }))
  return made
}
