import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import type { FailedTrial, TrialOutcome, TrialReading } from '#kernel/connection-trial.ts'
import { failures } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { askHidden, askLine } from './ask.ts'
import { type ConfigOption, withConfig } from './common.ts'
import { type ConnectionDesk, foundConnection, withConnections } from './connection-desk.ts'
import { CommandError, print, say } from './report.ts'
import { untilAskedToStop } from './signals.ts'

interface Options extends ConfigOption {
  readonly file?: string
  readonly username?: string
  readonly passwordStdin?: boolean
  readonly json?: boolean
}

/** Who tests from here, for the audit. */
const AUTHOR = 'command line'

/** `usher connections test`: a real round trip, in which nobody is signed in. */
export const testCommand = (): Command =>
  withConfig(new Command('test'))
    .description('sign in through a connection without becoming anybody; what it says is shown, and that it works is kept')
    .argument('<connection>')
    .option('-f, --file <settings>', 'the settings as this file declares them, before `usher apply`')
    .option('-u, --username <name>', 'where people type a password: whose')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nUsher must be running: a provider sends the browser back to it. A ticket is good for ten minutes and one browser.',
    )
    .action((name: string, options: Options) => withConnections(options, (desk) => test(desk, name, options)))

const test = async (desk: ConnectionDesk, name: string, options: Options): Promise<void> => {
  const connection = await meant(desk, name, options)
  const isTyped = desk.testedBy(connection) === 'password'
  if (!isTyped && (options.username !== undefined || options.passwordStdin))
    throw new CommandError(`people of ${name} type no password here; leave --username and --password-stdin out`, 2)
  const outcome = isTyped ? await byPassword(desk, connection, options) : await byTicket(desk, connection)
  if (options.json) print(plain(outcome))
  tell(name, outcome, options)
}

const meant = async (desk: ConnectionDesk, name: string, { file }: Options): Promise<ConnectionSettings> => {
  if (file === undefined) return foundConnection(desk, name)
  const declared = await desk.declaredConnection(file, name)
  if (!declared) throw new CommandError(`${file} declares no connection ${name}`, 5)
  return declared
}

const byPassword = async (desk: ConnectionDesk, connection: ConnectionSettings, options: Options): Promise<TrialOutcome> => {
  const username = options.username ?? (await askLine('User name: '))
  const password = options.passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : await askHidden('Password: ')
  if (!username || !password) throw new CommandError('give a user name and a password', 2)
  return desk.testPassword(connection, AUTHOR, { username, password })
}

const byTicket = async (desk: ConnectionDesk, connection: ConnectionSettings): Promise<TrialOutcome> => {
  const { id, url } = await desk.orderTest(connection, AUTHOR)
  const leaving = new AbortController()
  const asked = untilAskedToStop().then(() => 'stop' as const)
  print(url)
  say('Open this address in a browser within ten minutes, and sign in there. Nobody is signed in to Microsoft 365 by it.')
  const outcome = await Promise.race([desk.testOutcome(id, leaving.signal), asked])
  leaving.abort()
  if (outcome !== undefined && outcome !== 'stop') return outcome
  await desk.forgetTest(id)
  if (outcome === undefined) throw new CommandError('nobody came back in time; the address does not work any more')
  throw new CommandError('given up; the address does not work any more', 130)
}

const tell = (name: string, outcome: TrialOutcome, { file, json }: Options): void => {
  if (outcome.kind === 'wrong') throw new CommandError(`${name} answers: user name or password are wrong`)
  if (outcome.reading && !json) for (const line of readingLines(outcome.reading)) print(line)
  if (outcome.kind === 'failed') throw failed(name, outcome)
  say(file === undefined ? `✓ ${name} works` : `✓ ${name} works as ${file} has it. Next: \`usher apply ${file}\``)
}

/** Says what is known of it; the code and what it means are the error. */
const failed = (name: string, { failure, detail, cause, reference }: FailedTrial): CommandError => {
  const { problem = failures[failure].heading, ...facts } = detail
  for (const [fact, value] of Object.entries(facts)) if (value !== undefined) say(`  ${fact}: ${harmless(String(value))}`)
  if (cause) say(`  cause: ${harmless(cause)}`)
  say(`  reference: ${reference}`)
  // Told apart for scripts: a network that is down, and settings or people that do not fit.
  return new CommandError(`${name} does not work: ${failure}: ${harmless(String(problem))}`, failure === 'connection_unavailable' ? 7 : 1)
}

const readingLines = ({ profile, user, subject }: TrialReading): readonly string[] => [
  'What the connection said:',
  plain(profile, 2),
  'What rules would see as the user:',
  plain(user, 2),
  ...(subject ? ['The subject a token would be about:', plain(subject, 2)] : []),
]

const plain = (value: unknown, spaces?: number): string => harmless(JSON.stringify(value, undefined, spaces))

/** A provider's words are shown on a terminal: nothing of them moves the cursor or turns the direction of writing. */
const harmless = (said: string): string =>
  said.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (one) =>
    one === '\n' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
