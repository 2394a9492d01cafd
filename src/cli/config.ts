import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { Secret } from '#kernel/secret.ts'
import { type ConfigOption, withConfig, withDesk } from './common.ts'
import { CommandError, print, say } from './report.ts'
import { foundRule } from './rule-arguments.ts'

interface KeyOptions extends ConfigOption {
  readonly action?: string
  readonly file?: string
  readonly json?: boolean
}

/** `usher config`: what rules find in `configuration`. */
export const configCommand = (): Command =>
  new Command('config')
    .description('values that rules read from `configuration`; nobody is ever shown them')
    .addCommand(setCommand())
    .addCommand(listCommand())
    .addCommand(unsetCommand())

const setCommand = () =>
  withConfig(new Command('set'))
    .description('set a value; it comes from standard input or a file, never from the command line')
    .argument('<key>', 'letters, digits, - and _')
    .option('--file <file>', 'read the value from this file')
    .option('--action <action>', "a secret of this action (event.secrets) instead of everybody's configuration")
    .addHelpText('after', '\nOne line break at its end is not part of a value.\n\n  usher config set AAD_DOMAIN < domain.txt')
    .action((key: string, options: KeyOptions) =>
      withDesk(options, async (desk) => {
        const value = await readValue(options)
        await desk.setConfiguration(key, value, options.action === undefined ? undefined : await foundRule(desk, options.action))
        say(`✓ ${key} is set`)
      }),
    )

const readValue = async ({ file }: KeyOptions): Promise<Secret> => {
  if (file === undefined && process.stdin.isTTY) say('Type the value, then Ctrl-D:')
  const value = (file === undefined ? await text(process.stdin) : readFileSync(file, 'utf8')).replace(/\r?\n$/, '')
  if (value === '') throw new CommandError('the value is empty', 2)
  return new Secret(value)
}

const listCommand = () =>
  withConfig(new Command('list'))
    .description('the keys that have a value')
    .option('--json', 'one JSON object')
    .action((options: KeyOptions) =>
      withDesk(options, async (desk) => {
        const items = await desk.configurationKeys()
        if (options.json) return print(JSON.stringify({ items }))
        for (const key of items) print(key)
        if (items.length === 0) say('✓ no value is set')
      }),
    )

const unsetCommand = () =>
  withConfig(new Command('unset'))
    .description('take a value away')
    .argument('<key>')
    .option('--action <action>', 'a secret of this action')
    .action((key: string, options: KeyOptions) =>
      withDesk(options, async (desk) => {
        const action = options.action === undefined ? undefined : await foundRule(desk, options.action)
        if (!(await desk.unsetConfiguration(key, action))) throw new CommandError(`no value ${key}`, 5)
        say(`✓ ${key} is gone`)
      }),
    )
