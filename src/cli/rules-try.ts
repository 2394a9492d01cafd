import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { Command } from 'commander'
import type { Rule } from '#kernel/rule.ts'
import { type ConfigOption, type Desk, withConfig, withDesk } from './common.ts'
import { CommandError, print, say } from './report.ts'
import { countIn, foundRule } from './rule-arguments.ts'
import { endOf, isSameEffect, type Trial, trialLines } from './trial-report.ts'

interface TryOptions extends ConfigOption {
  readonly user?: string
  readonly context?: string
  readonly run?: string
  readonly stubs?: string
  readonly last?: string
  readonly rule?: string
  readonly all?: boolean
  readonly json?: boolean
}

const ALL = 'everything a sign-in runs, in its order; with a rule or a file, that one in its place'
const STUBS = 'answers of other hosts: [{"method": "GET", "url": "https://api.example.com/v1/*", "body": {…}}]'

/** `usher rules try`: one rule, or all of them, on one sign-in, without effects. */
export const tryCommand = (): Command =>
  withConfig(new Command('try'))
    .description('run a rule, or with --all everything a sign-in runs, without effects, and show what it would do')
    .argument('[rule]', 'a rule, or a .js file')
    .option('--all', ALL)
    .option('--user <file>', "the user, a JSON object with Auth0's names")
    .option('--context <file>', 'the context, a JSON object')
    .option('--run <id>', 'a recorded sign-in instead: `last`, or one of `usher rules logs`')
    .option('--stubs <file>', STUBS)
    .option('--json', 'one JSON object')
    .addHelpText('after', NOTHING_HAPPENS)
    .action((name: string | undefined, options: TryOptions) => withDesk(options, (desk) => tryOne(desk, name, options)))

const NOTHING_HAPPENS = `
Nothing happens: calls out are answered from stubs or refused, Microsoft Graph has a stand-in, metadata is not stored.
All of it is listed.

  usher rules try Provision --user ada.json --context context.json --stubs stubs.json
  usher rules try --all --run last        what each rule of a recorded sign-in changes, one after the other
  usher rules try draft.js --all --run last`

const tryOne = async (desk: Desk, name: string | undefined, options: TryOptions): Promise<void> => {
  const { tried, title } = await triedBy(desk, name, options)
  const trial = await desk.tryRule(tried, await sampleIn(desk, options), { stubs: stubsIn(desk, options) })
  if (options.json) print(JSON.stringify(trial))
  else for (const line of trialLines(trial)) print(line)
  if (trial.result.kind === 'failed') throw new CommandError(`${title} ${endOf(trial)}`)
}

interface Wanted {
  readonly tried: Parameters<Desk['tryRule']>[0]
  /** What it is held against: the script in force, or all that are. */
  readonly inForce?: Parameters<Desk['tryRule']>[0]
  readonly title: string
}

/** A script by itself, or with `--all` among everything that is in force. Throws a CommandError when neither is said. */
const triedBy = async (desk: Desk, name: string | undefined, { all }: TryOptions): Promise<Wanted> => {
  if (name === undefined && !all) throw new CommandError('name a rule, or say --all', 2)
  if (name === undefined) return { tried: { isChain: true }, title: 'the chain of rules' }
  const { rule, inForce } = await meant(desk, name)
  if (all) return { tried: { isChain: true, rule }, inForce: { isChain: true }, title: `the chain with ${rule.name}` }
  return { tried: { isChain: false, rule }, ...(inForce && { inForce: { isChain: false, rule: inForce } }), title: rule.name }
}

interface Meant {
  readonly rule: Rule
  /** The one in force that the script of a file would replace. */
  readonly inForce?: Rule
}

/** A rule in force, or the script of a file; a file is a draft of the rule it is named after. */
const meant = async (desk: Desk, name: string): Promise<Meant> => {
  if (!name.endsWith('.js')) return { rule: await foundRule(desk, name) }
  if (!existsSync(name)) throw new CommandError(`no file ${name}`, 5)
  const title = basename(name, '.js')
  const inForce = await desk.findRule(title)
  const rule = desk.draftedRule(name, title, inForce)
  return { rule, ...(inForce && { inForce }) }
}

const sampleIn = async (desk: Desk, { run, user, context }: TryOptions) => {
  if (run !== undefined) {
    const sample = await desk.sampleOf(run)
    if (!sample) throw new CommandError(`no recorded sign-in ${run}`, 5)
    return sample
  }
  if (user === undefined) throw new CommandError('give --user FILE, or --run ID', 2)
  return { user: desk.objectInFile(user), context: context === undefined ? {} : desk.objectInFile(context) }
}

const stubsIn = (desk: Desk, { stubs }: TryOptions) => (stubs === undefined ? [] : desk.stubsInFile(stubs))

/** `usher rules replay`: what a rule would do to sign-ins that were recorded. */
export const replayCommand = (): Command =>
  withConfig(new Command('replay'))
    .description(
      'run a rule, or with --all everything, over recorded sign-ins without effects; of a file, say where what is in force differs',
    )
    .argument('[rule]', 'a rule, or a .js file named after one')
    .option('--all', ALL)
    .option('--last <count>', 'how many sign-ins', '20')
    .option('--stubs <file>', STUBS)
    .option('--json', 'one JSON object a sign-in')
    .action((name: string | undefined, options: TryOptions) => withDesk(options, (desk) => replay(desk, name, options)))

const replay = async (desk: Desk, name: string | undefined, options: TryOptions): Promise<void> => {
  const { tried, inForce } = await triedBy(desk, name, options)
  const last = countIn('--last', options.last ?? '20')
  const all = await desk.replayRule(tried, { last, stubs: stubsIn(desk, options), ...(inForce && { inForce }) })
  for (const one of all) if (options.json) print(JSON.stringify(one))
  if (!options.json) for (const line of all.flatMap(replayLines)) print(line)
  const differing = all.filter((one) => one.inForce !== undefined && !isSameEffect(one.trial, one.inForce)).length
  say(inForce ? `${differing} of ${all.length} recorded sign-ins would differ` : `${all.length} recorded sign-ins`)
}

type Replayed = Awaited<ReturnType<Desk['replayRule']>>[number]

const replayLines = ({ sample, trial, inForce }: Replayed): readonly string[] => {
  const when = sample.at === undefined ? '' : new Date(sample.at).toISOString()
  const head = [sample.id ?? '', when, endOf(trial), `was ${sample.outcome ?? 'unknown'}`].join('\t')
  if (inForce !== undefined && isSameEffect(trial, inForce)) return [`${head}\tthe same`]
  const before: readonly string[] = inForce === undefined ? [] : ['  in force:', ...indented(inForce), '  draft:']
  return [head, ...before, ...indented(trial)]
}

const indented = (trial: Trial): readonly string[] => trialLines(trial).map((line) => `    ${line}`)

/** `usher rules logs`: what rules did and said lately. */
export const logsCommand = (): Command =>
  withConfig(new Command('logs'))
    .description('recorded runs of rules, the newest first, with what they said')
    .option('--last <count>', 'how many', '20')
    .option('--json', 'one JSON object a run')
    .action((options: TryOptions) => withDesk(options, (desk) => logs(desk, options)))

const logs = async (desk: Desk, { last = '20', json }: TryOptions): Promise<void> => {
  const runs = await desk.ruleLog(countIn('--last', last))
  for (const line of runs.flatMap((run) => (json ? [JSON.stringify(run)] : logLines(run)))) print(line)
  if (runs.length === 0) say('✓ no run is recorded')
}

type Run = Awaited<ReturnType<Desk['ruleLog']>>[number]

const logLines = ({ id, at, reference, userId, body }: Run): readonly string[] => {
  const { kind = '?', name = '', message = '', why = '' } = textsIn(body.result)
  const ms = Math.round(body.timings.reduce((sum, timing) => sum + Number(timing['ms']), 0))
  const what = [name, why, message].filter(Boolean).join(': ')
  const head = [id, new Date(at).toISOString(), kind, `${ms} ms`, what, reference, userId].join('\t')
  const said = body.console.map(textsIn).map(({ rule = '', level = '', text = '' }) => `  ${rule} ${level}: ${text}`)
  return [head, ...said]
}

const textsIn = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one] as const] : [])))
    : {}
