import { Command } from 'commander'
import { failures } from '#kernel/errors.ts'
import type { App } from '../app.ts'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { CommandError, print, say } from './report.ts'

/** `usher accounts`: the people's accounts in Microsoft 365, and what holds them up. */
export const accountsCommand = (): Command =>
  new Command('accounts')
    .description("people's accounts in Microsoft 365")
    .addCommand(showCommand())
    .addCommand(retryCommand())
    .addCommand(restoreCommand())

const showCommand = () =>
  withConfig(new Command('show'))
    .description('one account with its history, or all that wait or stopped')
    .argument('[account]', 'user principal name or user id')
    .option('--json', 'one JSON object')
    .action((name: string | undefined, options: ConfigOption & { readonly json?: boolean }) =>
      withApp(options, async (app) => {
        if (!name) return listOpen(app, options.json === true)
        const history = await found(app, name)
        return options.json ? print(JSON.stringify(history)) : printHistory(history)
      }),
    )

const printHistory = ({ account, events }: Awaited<ReturnType<typeof found>>): void => {
  for (const [field, value] of Object.entries(account)) print(`${field.padEnd(20)} ${value}`)
  if (account.reason) say(`  ${account.reason}: ${failures[account.reason].heading}`)
  for (const event of events) print(`${new Date(event.at).toISOString()}  ${event.type}  ${event.failure ?? ''}`)
}

const listOpen = async (app: App, asJson: boolean): Promise<void> => {
  const items = await app.openAccounts()
  if (asJson) return print(JSON.stringify({ items }))
  for (const one of items) print([one.userPrincipalName, one.stage, one.reason ?? '', new Date(one.nextAttemptAt).toISOString()].join('\t'))
  if (items.length === 0) say('✓ no account waits or stopped')
}

const retryCommand = () =>
  withConfig(new Command('retry'))
    .description('try a waiting or stopped account again now')
    .argument('<account>', 'user principal name or user id')
    .action((name: string, options: ConfigOption) => withApp(options, (app) => again(app, name, 'retry')))

const restoreCommand = () =>
  withConfig(new Command('restore'))
    .description('bring back an account that somebody removed or switched off in Entra')
    .argument('<account>', 'user principal name or user id')
    .action((name: string, options: ConfigOption) => withApp(options, (app) => again(app, name, 'restore')))

const again = async (app: App, name: string, how: 'retry' | 'restore'): Promise<void> => {
  const { account } = await found(app, name)
  if (account.stage === 'ready') return say(`✓ ${account.userPrincipalName} is ready; nothing to do`)
  const removed = account.reason === 'removed_in_entra' || account.reason === 'disabled_in_entra'
  if (how === 'retry' && removed)
    throw new CommandError(
      `${account.userPrincipalName} was ${account.reason?.split('_')[0]} in Entra; \`usher accounts restore\` brings it back`,
      6,
    )
  if (!(await app.releaseAccount(account, how))) throw new CommandError('the account changed meanwhile; look at it again', 6)
  say(`✓ ${account.userPrincipalName} is tried again now, or at the person's next visit`)
}

const found = async (app: App, name: string) => {
  const one = await app.showAccount(name)
  if (!one) throw new CommandError(`no account ${name}`, 5)
  return one
}
