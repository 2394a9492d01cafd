import { Command } from 'commander'
import type { App } from '../app.ts'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { CommandError, print, say } from './report.ts'
import { countIn } from './rule-arguments.ts'

interface AuditOptions extends ConfigOption {
  readonly last: string
  readonly type?: string
  readonly user?: string
  readonly reference?: string
  readonly since?: string
  readonly json?: boolean
}

/** `usher audit`: what happened, for those who must answer for it. */
export const auditCommand = (): Command =>
  withConfig(new Command('audit'))
    .description('what happened: tokens, refusals, accounts, settings, rules, who was let in and by whom')
    .option('--last <count>', 'how many, the latest', '50')
    .option('--type <type>', 'of one type: token_issued, sign_in_denied, rules_changed, api_token_created …')
    .option('--user <id>', 'about one person, by user id (`usher accounts show` has it)')
    .option('--reference <reference>', 'of one sign-in, by the reference in its log lines')
    .option('--since <instant>', 'not before: 2026-03-02, or 2026-03-02T09:00:00Z')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nPeople are here by id alone. Events are kept for 400 days, or as long as `audit` in the settings says; --json is what to\nkeep elsewhere.',
    )
    .action((options: AuditOptions) => withApp(options, (app) => audit(app, options)))

const audit = async (app: App, { last, type, user, reference, since, json }: AuditOptions): Promise<void> => {
  const events = await app.events({
    limit: countIn('--last', last),
    ...(type !== undefined && { type }),
    ...(user !== undefined && { user }),
    ...(reference !== undefined && { reference }),
    ...(since !== undefined && { since: instantIn(since) }),
  })
  for (const event of events) print(json ? JSON.stringify({ ...event, at: new Date(event.at).toISOString() }) : lineOf(event))
  if (events.length === 0) say('✓ nothing of that kind has happened')
}

const instantIn = (written: string): number => {
  const at = Date.parse(written)
  if (Number.isNaN(at)) throw new CommandError(`--since takes a date such as 2026-03-02, not ${written}`, 2)
  return at
}

type Event = Awaited<ReturnType<App['events']>>[number]

const lineOf = ({ type, at, reference, user, relyingParty, connection, failure, facts = {} }: Event): string =>
  [
    new Date(at).toISOString(),
    type,
    failure ?? '',
    ...[user, relyingParty, connection].map((one) => one ?? ''),
    reference,
    Object.entries(facts)
      .map(([name, fact]) => `${name}=${fact}`)
      .join(' '),
  ].join('\t')
