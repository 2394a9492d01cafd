import { Command } from 'commander'
import { type ConfigOption, withConfig } from './common.ts'
import { type ConnectionDesk, foundConnection, withConnections } from './connection-desk.ts'
import { testCommand } from './connections-test.ts'
import { CommandError, print, say } from './report.ts'

/** `usher connections`: where people prove who they are, and whether that works. */
export const connectionsCommand = (): Command =>
  new Command('connections')
    .description('where people prove who they are, and whether that works')
    .addCommand(listCommand())
    .addCommand(testCommand())
    .addCommand(enableCommand())
    .addCommand(disableCommand())

const listCommand = () =>
  withConfig(new Command('list'))
    .description('all connections: how they stand, when they were tested, how many people they have')
    .option('--json', 'one JSON object')
    .action((options: ConfigOption & { readonly json?: boolean }) =>
      withConnections(options, async (desk) => {
        const all = await desk.connections()
        if (options.json) return print(JSON.stringify({ items: all }))
        for (const one of all) print(lineOf(one))
        if (all.length === 0) say('✓ there are no connections; `usher apply` brings some')
      }),
    )

type Report = Awaited<ReturnType<ConnectionDesk['connections']>>[number]

const lineOf = ({ name, type, standing, problem, tested, people }: Report): string => {
  const how = standing === 'usable' ? 'enabled' : standing
  const when = tested ? `tested ${new Date(tested.at).toISOString()} by ${tested.by}` : ''
  return [name, type, problem === undefined ? how : `${how}: ${problem}`, when, `${people} people`].join('\t')
}

const enableCommand = () =>
  withConfig(new Command('enable'))
    .description('let people in through a connection that was tested')
    .argument('<connection>')
    .action((name: string, options: ConfigOption) => withConnections(options, (desk) => enable(desk, name)))

const enable = async (desk: ConnectionDesk, name: string): Promise<void> => {
  const connection = await foundConnection(desk, name)
  const standing = await desk.standingOf(connection)
  if (standing.kind === 'untested')
    throw new CommandError(`${name} was not tested with the settings it has. Next: \`usher connections test ${name}\``, 6)
  if (standing.kind === 'broken')
    throw new CommandError(
      `${name} has settings that do not open: ${desk.problemIn(standing.cause)}. Next: \`usher apply\` with better ones`,
      6,
    )
  const isNews = await desk.switchConnection(connection, true)
  say(isNews ? `✓ ${name} is enabled` : `✓ ${name} is enabled already`)
}

const disableCommand = () =>
  withConfig(new Command('disable'))
    .description('let nobody in through a connection any more; whoever is remembered through it is not, from the next visit on')
    .argument('<connection>')
    .action((name: string, options: ConfigOption) =>
      withConnections(options, async (desk) => {
        const isNews = await desk.switchConnection(await foundConnection(desk, name), false)
        say(isNews ? `✓ ${name} is disabled` : `✓ ${name} is disabled already`)
      }),
    )
