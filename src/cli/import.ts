import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { App } from '../app.ts'
import { type ConfigOption, type Desk, withDesk, withConfig } from './common.ts'
import { sayWhichAreOff } from './connection-desk.ts'
import { federationCommands, type Plan, sayPlan } from './import-report.ts'
import { type OfFile, type PeopleTally, peopleTogether, sayPeople, sayTally, type Tally, together } from './people-report.ts'
import { CommandError, print, say } from './report.ts'

interface ImportOptions extends ConfigOption {
  readonly map?: readonly string[]
  readonly mapping?: string
  readonly envFile?: string
  readonly target?: string
  readonly keepCallback?: boolean
  readonly users?: readonly string[]
  readonly passwords?: readonly string[]
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `usher import`: moving in from somewhere else. */
export const importCommand = (): Command =>
  new Command('import').description('move in from another identity provider').addCommand(auth0Command())

const auth0Command = () =>
  withConfig(new Command('auth0'))
    .description('rules, actions, connections, the Microsoft 365 application and people of an Auth0 tenant')
    .argument('[export]', "a folder or tenant.yaml of Auth0's deploy tool, lists of its Management API (.json), or .js files")
    .option('--map <name=client_id...>', 'client IDs of applications, which exports leave out')
    .option('--mapping <file>', 'values of @@MARKERS@@ and ##MARKERS##, a JSON object')
    .option('--env-file <file>', 'values of `configuration` and of secrets, NAME=value a line')
    .option('--target <name>', 'the target in which people have their accounts')
    .option('--keep-callback', 'Usher answers where Auth0 did: leave /login/callback registered with the providers')
    .option('--users <file>', 'a user export, one JSON object a line, with app_metadata in it; give it for each file', another)
    .option('--passwords <file>', 'an export of password hashes, one JSON object a line; the same', another)
    .option('--dry-run', 'only tell what would come over')
    .option('--json', 'one JSON object with everything that is told')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, options: ImportOptions) => withDesk(options, (desk, app) => run({ desk, app, options }, path)))

/** An export comes in as many files as there were jobs. */
const another = (file: string, before: readonly string[] = []): readonly string[] => [...before, file]

const EXAMPLES = `
Nothing is written while there is a problem, and a second import changes nothing.
Without --json, standard output is the PowerShell that points the domain here.

  usher import auth0 ./export --dry-run
  usher import auth0 ./export --map "Office 365=AbC…" --env-file rules.env
  usher import auth0 --users users.ndjson --passwords hashes.ndjson

docs/guides/moving-from-auth0.md goes through it step by step.`

interface Import {
  readonly desk: Desk
  readonly app: App
  readonly options: ImportOptions
}

const run = async (work: Import, path: string | undefined): Promise<void> => {
  const { options } = work
  assertThere(path, options)
  const tenant = path === undefined ? undefined : await tenantOf(work, path)
  const people = await peopleOf(work)
  if (options.json) print(JSON.stringify({ dryRun: options.dryRun === true, ...tenant, ...people }))
  const refused = (people.people?.refused ?? 0) + (people.passwords?.refused ?? 0)
  if (refused > 0) throw new CommandError(`${refused} lines did not come over; the others did`)
}

const assertThere = (path: string | undefined, { mapping, envFile, users = [], passwords = [] }: ImportOptions): void => {
  if (!path && users.length + passwords.length === 0) throw new CommandError('name an export, --users or --passwords', 2)
  const missing = [path, mapping, envFile, ...users, ...passwords].find((file) => file !== undefined && !existsSync(file))
  if (missing !== undefined) throw new CommandError(`no file or folder ${missing}`, 5)
}

const tenantOf = async ({ desk, app, options }: Import, path: string) => {
  const plan = await desk.planAuth0(path, saidIn(options))
  sayPlan(plan)
  const federation = plan.domains.flatMap((domain) => federationCommands(domain, app.certificates()))
  const shown = shownPlan(plan, federation)
  assertWritable(plan, options, shown)
  const changes = await desk.applyAuth0(plan, { isDryRun: options.dryRun === true })
  for (const change of changes) say(`  ${change}`)
  say(closing(changes, options))
  if (!options.dryRun) await sayWhichAreOff(app)
  if (!options.json) for (const line of federation) print(line)
  return { ...shown, changes }
}

const closing = ({ length }: readonly string[], { dryRun }: ImportOptions): string => {
  if (dryRun) return `${length} would change. Nothing was written.`
  return length === 0 ? '✓ already so: nothing changed' : `✓ ${length} changed`
}

const saidIn = ({ map = [], target, keepCallback, mapping, envFile }: ImportOptions) => ({
  clientIds: Object.fromEntries(map.map(splitMap)),
  ...(target && { target }),
  ...(keepCallback && { keepsCallback: true as const }),
  ...(mapping && { mappingFile: mapping }),
  ...(envFile && { environmentFile: envFile }),
})

const shownPlan = ({ layout, findings, rules, missingConfiguration }: Plan, federation: readonly string[]) => ({
  layout,
  findings,
  rules: rules.map(({ name, kind, order, enabled }) => ({ name, kind, order, enabled })),
  missingConfiguration,
  federation,
})

const assertWritable = ({ findings }: Plan, { json, dryRun }: ImportOptions, shown: object): void => {
  const problems = findings.filter(({ kind }) => kind === 'problem').length
  if (problems === 0) return
  if (json) print(JSON.stringify({ dryRun: dryRun === true, ...shown, changes: [] }))
  throw new CommandError(`nothing was written: ${problems} problem${problems > 1 ? 's' : ''}`)
}

interface Brought {
  readonly people?: PeopleTally
  readonly passwords?: Tally
}

const peopleOf = async ({ desk, options }: Import): Promise<Brought> => {
  const { users = [], passwords: hashes = [], target, dryRun } = options
  const progress = (lines: number): void => say(`  ${lines.toLocaleString('en-US')} lines …`)
  const how = { isDryRun: dryRun === true, progress, ...(target && { target }) }
  // Passwords find the names of people who came before.
  const people = await eachFile(users, (file) => desk.importPeople(file, how))
  if (people.length > 0) sayPeople(people, how.isDryRun)
  const passwords = await eachFile(hashes, (file) => desk.importPasswords(file, how))
  if (passwords.length > 0) sayTally('passwords', passwords, how.isDryRun)
  return { ...(people.length > 0 && { people: peopleTogether(people) }), ...(passwords.length > 0 && { passwords: together(passwords) }) }
}

const eachFile = async <T extends Tally>(files: readonly string[], bring: (file: string) => Promise<T>): Promise<readonly OfFile<T>[]> => {
  const all: OfFile<T>[] = []
  for (const file of files) all.push({ file, tally: await bring(file) })
  return all
}

const splitMap = (pair: string): [string, string] => {
  const equals = pair.lastIndexOf('=')
  if (equals < 1) throw new CommandError(`--map takes name=client_id, not ${pair}`, 2)
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}
