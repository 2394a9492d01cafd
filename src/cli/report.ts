import { CommanderError } from 'commander'
import { failures, UsherError } from '#kernel/errors.ts'

/** Stable for ever; scripts depend on them. */
export const EXIT_CODES = '0 done · 1 failed · 2 wrong usage · 5 not found · 6 conflict · 7 Microsoft or network · 130 interrupted'

type ExitCode = 1 | 2 | 5 | 6 | 7 | 130

/** Something a command cannot do, in a sentence for whoever typed it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = 1) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

/** What went wrong, the most useful part first, on the stream for messages. */
export const sayError = (error: unknown): void => {
  // Commander has said it already.
  if (error instanceof CommanderError) return
  if (error instanceof CommandError) return say(`✗ ${error.message}`)
  if (!(error instanceof UsherError)) return sayLines(`✗ ${textOf(error)}`)
  const { file, problem = causeOf(error), ...facts } = error.detail
  say(`✗ ${error.code}: ${problem ?? failures[error.code].heading}`)
  if (file) say(`  in ${file}`)
  for (const [name, fact] of Object.entries(facts)) if (fact !== undefined) say(`  ${name}: ${fact}`)
}

const sayLines = (text: string): void => {
  for (const line of text.split('\n')) say(line)
}

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: '. Another program, perhaps another Usher, listens there: stop it, or change `listen`',
  EADDRNOTAVAIL: '. This machine has no such address: change `listen`',
  EACCES: '. Run the command as the account that owns the data and the key',
}

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  // What the system refuses is the administrator's to mend; anything else is a defect, and its place is worth having.
  const isSystems = 'syscall' in error && 'code' in error
  return isSystems ? `${error.message}${HINTS[String(error.code)] ?? ''}` : (error.stack ?? error.message)
}

/** What a database or the system said, where the failure itself says nothing to whoever runs Usher. */
const causeOf = ({ code, cause }: UsherError): string | undefined => {
  if (!(cause instanceof Error)) return undefined
  const said = cause.message || ('code' in cause && String(cause.code))
  return said ? `${failures[code].heading} (${said})` : undefined
}

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommandError) return error.exitCode
  if (error instanceof CommanderError) return 2
  if (error instanceof UsherError && error.code.startsWith('target_')) return 7
  return 1
}

/** To the stream for messages; data goes to the other one. */
export const say = (line: string): void => {
  process.stderr.write(`${harmless(line)}\n`)
}

/** Data, for people or for programs. */
export const print = (line: string): void => {
  process.stdout.write(`${harmless(line)}\n`)
}

/** A script, byte for byte where a program reads it; a terminal does what it is told, and is told nothing. */
export const printScript = (script: string): void => {
  process.stdout.write(process.stdout.isTTY ? script.split('\n').map(harmless).join('\n') : script)
}

/** Control characters but the tab between columns, other ends of lines, and what turns the direction of reading. */
const UNPRINTABLE = /(?!\t)[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const HEX = 16

/**
 * One line, whatever somebody called themselves: a terminal does what it is told. As JSON writes such characters, so that
 * JSON stays what it was.
 */
const harmless = (line: string): string =>
  line.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(HEX).padStart(4, '0')}`)
