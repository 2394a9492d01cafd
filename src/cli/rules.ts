import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Rule } from '#kernel/rule.ts'
import { type ConfigOption, type Desk, withConfig, withDesk } from './common.ts'
import { CommandError, print, printScript, say } from './report.ts'
import { countIn, foundRule } from './rule-arguments.ts'
import { convertCommand, diffCommand } from './rules-text.ts'
import { logsCommand, replayCommand, tryCommand } from './rules-try.ts'

interface Options extends ConfigOption {
  readonly json?: boolean
  readonly dryRun?: boolean
  readonly to?: string
}

/** `usher rules`: administrators' scripts that run at every sign-in. */
export const rulesCommand = (): Command => {
  const command = new Command('rules').description('scripts that run at every sign-in; a rule is meant by its name or id')
  for (const one of [listCommand, showCommand, pushCommand, pullCommand, diffCommand, rollbackCommand, tryCommand])
    command.addCommand(one())
  for (const one of [replayCommand, logsCommand, convertCommand]) command.addCommand(one())
  return command.addCommand(switchCommand('enable')).addCommand(switchCommand('disable')).addCommand(orderCommand())
}

const listCommand = () =>
  withConfig(new Command('list'))
    .description('all rules and actions in the order they run')
    .option('--json', 'one JSON object')
    .action((options: Options) => withDesk(options, (desk) => list(desk, options)))

const list = async (desk: Desk, { json }: Options): Promise<void> => {
  const rules = await desk.rules()
  if (json) return print(JSON.stringify({ items: rules.map(shown) }))
  if (rules.length === 0) return say('✓ there are no rules; `usher rules push` or `usher import auth0` brings some')
  for (const { order, name, kind, enabled, version, id } of rules)
    print([order, name, kind, enabled ? 'enabled' : 'disabled', `v${version}`, id].join('\t'))
}

/** A rule without its script, and without what its secrets are. */
const shown = ({ script: _script, secrets, ...rule }: Rule) => ({ ...rule, ...(secrets && { secrets: Object.keys(secrets) }) })

const showCommand = () =>
  withConfig(new Command('show'))
    .description('the script of a rule, and its versions')
    .argument('<rule>')
    .option('--json', 'one JSON object, script and versions included')
    .action((name: string, options: Options) => withDesk(options, (desk) => show(desk, name, options)))

const show = async (desk: Desk, name: string, { json }: Options): Promise<void> => {
  const rule = await foundRule(desk, name)
  const versions = (await desk.ruleVersions(rule)).map(({ version, author, at, what }) => ({ version, author, at, what }))
  if (json) return print(JSON.stringify({ ...shown(rule), script: rule.script, versions }))
  say(`${rule.kind} ${rule.name}  ${rule.id}  order ${rule.order}  ${rule.enabled ? 'enabled' : 'disabled'}`)
  for (const one of versions) say(`  v${one.version}  ${new Date(one.at).toISOString()}  ${one.what} by ${one.author}`)
  printScript(rule.script)
}

const pushCommand = () =>
  withConfig(new Command('push'))
    .description('make rules be what the files of a folder say: NAME.js, and NAME.json for what a script cannot say')
    .argument('<folder>')
    .option('--dry-run', 'only tell what would change')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nNAME.json may have enabled, order, kind (rule or action), name, legacyGlobals and hosts.\nRules the folder does not have stay as they are.',
    )
    .action((folder: string, options: Options) => withDesk(options, (desk) => push(desk, folder, options)))

const push = async (desk: Desk, folder: string, { dryRun, json }: Options): Promise<void> => {
  if (!existsSync(folder)) throw new CommandError(`no folder ${folder}`, 5)
  const pushed = await desk.pushRules(folder, { isDryRun: dryRun === true })
  if (json) print(JSON.stringify({ dryRun: dryRun === true, ...pushed }))
  sayPushed(pushed, folder, dryRun === true)
}

const sayPushed = ({ problems, changes, untouched }: Awaited<ReturnType<Desk['pushRules']>>, folder: string, isDryRun: boolean): void => {
  for (const { file, text } of problems) say(`✗ ${file === undefined ? '' : `${join(folder, file)}: `}${text}`)
  if (problems.length > 0) throw new CommandError('nothing was written')
  for (const change of changes) say(`  ${change}`)
  for (const name of untouched) say(`  ${name} is not in the folder and stays`)
  if (changes.length === 0) return say('✓ nothing to change')
  say(isDryRun ? `${changes.length} would change; nothing was written` : `✓ ${changes.length} changed`)
}

const pullCommand = () =>
  withConfig(new Command('pull'))
    .description('write all rules to the files of a folder')
    .argument('<folder>')
    .action((folder: string, options: Options) => withDesk(options, (desk) => pull(desk, folder)))

const pull = async (desk: Desk, folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const files = Object.entries(await desk.ruleFiles()).map(([name, content]) => ({ path: join(folder, name), content }))
  for (const { path } of files) assertPlain(path)
  const differing = files.filter(({ path, content }) => !existsSync(path) || readFileSync(path, 'utf8') !== content)
  for (const { path, content } of differing) {
    writeFileSync(path, content)
    say(`  ${path}`)
  }
  say(differing.length === 0 ? '✓ nothing to change' : `✓ ${differing.length} files written`)
}

/** A link in somebody's folder would have the scripts written over whatever it names. */
const assertPlain = (path: string): void => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) throw new CommandError(`${path} is not a file; nothing was written`, 5)
}

const switchCommand = (how: 'enable' | 'disable') =>
  withConfig(new Command(how))
    .description(how === 'enable' ? 'have a rule run' : 'keep a rule and have it not run')
    .argument('<rule>')
    .action((name: string, options: Options) =>
      withDesk(options, async (desk) => {
        const rule = await foundRule(desk, name)
        await desk.switchRule(rule, how === 'enable')
        say(`✓ ${rule.name} is ${how}d`)
      }),
    )

const orderCommand = () =>
  withConfig(new Command('order'))
    .description('have rules run in this order; they change places between them, the others stay where they are')
    .argument('<rules...>', 'two or more')
    .action((names: readonly string[], options: Options) =>
      withDesk(options, async (desk) => {
        const rules = await Promise.all(names.map((name) => foundRule(desk, name)))
        const isEachOnce = new Set(rules.map(({ id }) => id)).size === rules.length
        if (rules.length < 2 || !isEachOnce) throw new CommandError('name two or more, each once', 2)
        const { rules: after } = await desk.orderRules(rules)
        for (const { order, name } of after) say(`  ${order}  ${name}`)
      }),
    )

const rollbackCommand = () =>
  withConfig(new Command('rollback'))
    .description('the script of an earlier version again')
    .argument('<rule>')
    .option('--to <version>', 'which; the one before when left out')
    .action((name: string, options: Options) => withDesk(options, (desk) => rollBack(desk, name, options)))

const rollBack = async (desk: Desk, name: string, { to }: Options): Promise<void> => {
  const rule = await foundRule(desk, name)
  const version = to === undefined ? rule.version - 1 : countIn('--to', to)
  if (!(await desk.rollBackRule(rule, version))) throw new CommandError(`${rule.name} has no version ${version}`, 5)
  const after = await foundRule(desk, rule.id)
  const isSame = after.version === rule.version
  say(isSame ? '✓ nothing to change' : `✓ ${rule.name} is as in version ${version}, which is now version ${after.version}`)
}
