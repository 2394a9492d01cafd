import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { CommandError, print, say } from './report.ts'

interface AddOptions extends ConfigOption {
  readonly connection: string
  readonly email?: string
  readonly given?: string
  readonly family?: string
  readonly attribute?: readonly string[]
  readonly userId?: string
  readonly passwordStdin?: boolean
}

/** `usher users`: people of a database connection. */
export const usersCommand = (): Command => new Command('users').description('people of a database connection').addCommand(addCommand())

const addCommand = (): Command =>
  withConfig(new Command('add'))
    .description('add a person; the password is made and printed once unless one comes from standard input')
    .argument('<username>', 'what they type at sign-in')
    .requiredOption('--connection <name>', 'the database connection they belong to')
    .option('--email <address>', 'their address; counts as confirmed, because an administrator gives it')
    .option('--given <name>', 'given name')
    .option('--family <name>', 'family name')
    .option('--attribute <name=value...>', 'further attributes, for directory connections')
    .option('--user-id <id>', 'somebody who was imported without a password, as auth0|5f…: they stay who they are')
    .option('--password-stdin', 'read the password from standard input')
    .action(add)

const add = (username: string, options: AddOptions): Promise<void> => {
  if (options.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(options.email))
    throw new CommandError(`--email takes an address, not ${options.email}`, 2)
  return withApp(options, async (app) => {
    const password = options.passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : randomBytes(15).toString('base64url')
    const added = await app.addPerson({ ...saidOf(options), username, password })
    if (!added) throw new CommandError(taken(username, options), 6)
    say(`✓ ${username} can sign in with ${options.connection}`)
    if (!options.passwordStdin) print(password)
  })
}

const saidOf = ({ connection, email, userId, given, family, attribute = [] }: AddOptions) => ({
  connection,
  ...(email && { email }),
  ...(userId && { publicId: userId }),
  names: { ...(given && { given }), ...(family && { family }) },
  attributes: Object.fromEntries(attribute.map(splitAttribute)),
})

const taken = (username: string, { connection, userId }: AddOptions): string =>
  `${username} exists already in ${connection}${userId ? `, or ${userId} has a password` : ''}`

const splitAttribute = (pair: string): [string, string] => {
  const equals = pair.indexOf('=')
  if (equals < 1) throw new CommandError(`--attribute takes name=value, not ${pair}`, 2)
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}
