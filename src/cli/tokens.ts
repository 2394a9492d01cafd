import { Command } from 'commander'
import { type ConfigOption, withConfig, withDesk } from './common.ts'
import { CommandError, print, say } from './report.ts'

interface CreateOptions extends ConfigOption {
  readonly scope: readonly string[]
  readonly days: string
}

/** `usher tokens`: who may use the Management API from outside. */
export const tokensCommand = (): Command =>
  new Command('tokens')
    .description('tokens for programs that use the Management API')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())

const createCommand = () =>
  withConfig(new Command('create'))
    .description('make a token; it is printed once and kept nowhere')
    .argument('<name>', 'what it is known by from then on')
    .requiredOption('--scope <scope...>', 'what it may do: read:users, update:users, create:rules …')
    .option('--days <days>', 'how long it is good for', '90')
    .addHelpText('after', '\n  usher tokens create deploy --scope read:rules update:rules > token')
    .action((name: string, options: CreateOptions) =>
      withDesk(options, async (desk) => {
        const allowed = options.scope.flatMap((one) => one.split(','))
        const token = await desk.createToken(name, allowed, Number(options.days))
        if (!token) throw new CommandError(`there is a token ${name} already`, 6)
        say(`✓ ${name} may use the Management API for ${options.days} days`)
        print(token.reveal())
      }),
    )

const listCommand = () =>
  withConfig(new Command('list'))
    .description('the tokens there are, without what opens')
    .option('--json', 'one JSON object')
    .action((options: ConfigOption & { readonly json?: boolean }) =>
      withDesk(options, async (desk) => {
        const items = (await desk.listTokens()).map(({ name, scopes, createdAt, expiresAt }) => ({
          name,
          scopes,
          createdAt: new Date(createdAt).toISOString(),
          expiresAt: new Date(expiresAt).toISOString(),
        }))
        if (options.json) return print(JSON.stringify({ items }))
        for (const { name, scopes, expiresAt } of items) print([name, expiresAt, scopes.join(' ')].join('\t'))
        if (items.length === 0) say('✓ there is no token')
      }),
    )

const removeCommand = () =>
  withConfig(new Command('remove'))
    .description('take a token away; it opens nothing from then on')
    .argument('<name>')
    .action((name: string, options: ConfigOption) =>
      withDesk(options, async (desk) => {
        if (!(await desk.removeToken(name))) throw new CommandError(`no token ${name}`, 5)
        say(`✓ ${name} opens nothing any more`)
      }),
    )
