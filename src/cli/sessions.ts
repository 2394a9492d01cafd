import { Command } from 'commander'
import type { Whose } from '#kernel/session.ts'
import { type ConfigOption, type Desk, withConfig, withDesk } from './common.ts'
import { CommandError, print, say } from './report.ts'
import { countIn } from './rule-arguments.ts'

interface ListOptions extends ConfigOption {
  readonly user?: string
  readonly last: string
  readonly json?: boolean
}

interface EndOptions extends ConfigOption {
  readonly user?: string
  readonly all?: boolean
}

/** Who ends them, for the audit. */
const AUTHOR = 'command line'

/** `usher sessions`: where people are remembered, and no more. */
export const sessionsCommand = (): Command =>
  new Command('sessions').description('browsers that people are remembered in').addCommand(listCommand()).addCommand(endCommand())

const listCommand = () =>
  withConfig(new Command('list'))
    .description('who is remembered, since when and through which connection, and when and where they were last seen')
    .option('--user <id>', 'of one person, by user id (`usher accounts show` and `usher audit` have it)')
    .option('--last <count>', 'how many at most: those that last longest', '50')
    .option('--json', 'one JSON object')
    .action((options: ListOptions) => withDesk(options, (desk) => list(desk, options)))

const list = async (desk: Desk, { user, last, json }: ListOptions): Promise<void> => {
  const { sessions, next } = await desk.sessions({ limit: countIn('--last', last), ...(user !== undefined && { user }) })
  const items = sessions.map(itemOf)
  if (json) return print(JSON.stringify({ items }))
  for (const { id, user: whose, since, lastSeen, connection, address } of items)
    print([id, whose, since, lastSeen, connection, address ?? ''].join('\t'))
  if (items.length === 0) say('✓ nobody is remembered')
  if (next !== undefined) say('  there are more: --last shows as many as it says')
}

type Listed = Awaited<ReturnType<Desk['sessions']>>['sessions'][number]

const instant = (at: number): string => new Date(at).toISOString()

const itemOf = ({ id, user, createdAt, lastSeenAt, expiresAt, connection, connectionName, authentication, address }: Listed) => ({
  id,
  user,
  since: instant(createdAt),
  lastSeen: instant(lastSeenAt),
  expires: instant(expiresAt),
  connection: connectionName ?? connection,
  method: authentication.method,
  secondFactor: authentication.secondFactor !== undefined,
  ...(address !== undefined && { address }),
})

const endCommand = () =>
  withConfig(new Command('end'))
    .description('sign people out of Usher: who goes on proves anew who they are')
    .argument('[session]', 'one, as `usher sessions list` has it')
    .option('--user <id>', 'all of one person, by user id')
    .option('--all', 'all of everybody')
    .addHelpText(
      'after',
      '\nSign-ins under way end with them. What is open at Microsoft is Microsoft’s: Revoke sessions in Entra ends it. To keep somebody\nout, block them: ending their sessions lets them sign in again.',
    )
    .action((session: string | undefined, options: EndOptions) => withDesk(options, (desk) => end(desk, whoseIn(session, options))))

const whoseIn = (session: string | undefined, { user, all }: EndOptions): Whose => {
  const said: readonly Whose[] = [
    ...(session !== undefined ? [{ session }] : []),
    ...(user !== undefined ? [{ user }] : []),
    ...(all ? ['everybody' as const] : []),
  ]
  const [only, another] = said
  if (only === undefined || another !== undefined) throw new CommandError('say which: a session, --user ID or --all, and one of them', 2)
  return only
}

const end = async (desk: Desk, whose: Whose): Promise<void> => {
  const ended = await desk.endSessions(whose, { by: AUTHOR })
  if (ended === undefined) throw new CommandError(nobody(whose), 5)
  say(`✓ ${ended} ${ended === 1 ? 'session' : 'sessions'} ended, and the sign-ins under way`)
}

const nobody = (whose: Whose): string => {
  if (whose === 'everybody') return 'there is nobody'
  return 'user' in whose ? `no user ${whose.user}; it is the user id` : `no session ${whose.session}; \`usher sessions list\` has them`
}
