import { Command } from 'commander'
import { accountsCommand } from './accounts.ts'
import { applyCommand } from './apply.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { importCommand } from './import.ts'
import { migrateCommand } from './migrate.ts'
import { EXIT_CODES, exitCodeOf, sayError } from './report.ts'
import { rulesCommand } from './rules.ts'
import { startCommand } from './start.ts'
import { usersCommand } from './users.ts'

const program = new Command('usher')
  .description('Lets people who are not in your directory sign in to Microsoft 365, and gives them an account when they do.')
  .addHelpText('after', `\nExit codes: ${EXIT_CODES}`)
  .showSuggestionAfterError()

const people = [usersCommand, accountsCommand, importCommand]
for (const command of [demoCommand, startCommand, migrateCommand, applyCommand, ...people, rulesCommand, configCommand])
  program.addCommand(command())

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

try {
  await program.parseAsync()
} catch (error) {
  if (!isHelp(error)) {
    sayError(error)
    process.exitCode = exitCodeOf(error)
  }
}
