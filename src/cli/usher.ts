import { Command } from 'commander'
import { EXIT_CODES, exitCodeOf, sayError } from './report.ts'

const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./demo.ts')).demoCommand()],
  ['start', async () => (await import('./start.ts')).startCommand()],
  ['migrate', async () => (await import('./migrate.ts')).migrateCommand()],
  ['backup', async () => (await import('./backup.ts')).backupCommand()],
  ['apply', async () => (await import('./apply.ts')).applyCommand()],
  ['users', async () => (await import('./users.ts')).usersCommand()],
  ['accounts', async () => (await import('./accounts.ts')).accountsCommand()],
  ['audit', async () => (await import('./audit.ts')).auditCommand()],
  ['connections', async () => (await import('./connections.ts')).connectionsCommand()],
  ['rules', async () => (await import('./rules.ts')).rulesCommand()],
  ['config', async () => (await import('./config.ts')).configCommand()],
  ['sessions', async () => (await import('./sessions.ts')).sessionsCommand()],
  ['tokens', async () => (await import('./tokens.ts')).tokensCommand()],
  ['import', async () => (await import('./import.ts')).importCommand()],
])

const program = new Command('usher')
  .description('Lets people who are not in your directory sign in to Microsoft 365, and gives them an account when they do.')
  .addHelpText('after', `\nExit codes: ${EXIT_CODES}`)
  .showSuggestionAfterError()
  .showHelpAfterError('`usher --help` lists the commands')

// Only the command that is asked for is loaded; where none is, all of them, to say which there are.
const asked = commands.get(process.argv[2] ?? '')
for (const load of asked ? [asked] : commands.values()) program.addCommand(await load())

/** Wrong usage is thrown, so that its exit code is ours; commands that were made elsewhere do not inherit that. */
const throwing = (command: Command): void => {
  command.exitOverride()
  for (const one of command.commands) throwing(one)
}
throwing(program)

const isHelp = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(String(error.code))

// Whoever reads along may have enough, as `head` does; what the command was asked to do is done all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
// Messages that reach nobody stop nothing, least of all a server that lets people finish.
process.stderr.on('error', () => undefined)

try {
  await program.parseAsync()
} catch (error) {
  if (!isHelp(error)) {
    sayError(error)
    process.exitCode = exitCodeOf(error)
  }
}
