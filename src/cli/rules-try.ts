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
  readonly json?: boolean
}

const STUBS = 'answers of other hosts: [{"method": "GET", "url": "https://api.example.com/v1/*", "body": {…}}]'

/** `usher rules try`: one rule on one sign-in, without effects. */
export const tryCommand = (): Command =>
  withConfig(new Command('try'))
    .description('run a rule without effects, and show what it would do')
    .argument('<rule>', 'a rule, or a .js file')
    .option('--user <file>', "the user, a JSON object with Auth0's names")
    .option('--context <file>', 'the context, a JSON object')
    .option('--run <id>', 'a recorded sign-in instead: `last`, or one of `usher rules logs`')
    .option('--stubs <file>', STUBS)
    .option('--json', 'one JSON object')
    .addHelpText('after', NOTHING_HAPPENS)
    .action((name: string, options: TryOptions) => withDesk(options, (desk) => tryOne(desk, name, options)))

const NOTHING_HAPPENS = `
Nothing happens: calls out are answered from stubs or refused, Microsoft Graph has a stand-in, metadata is not stored.
All of it is listed.

  usher rules try Provision --user ada.json --context context.json --stubs stubs.json`

const tryOne = async (desk: Desk, name: string, options: TryOptions): Promise<void> => {
  const { rule } = await meant(desk, name)
  const trial = await desk.tryRule(rule, await sampleIn(desk, options), { stubs: stubsIn(desk, options) })
  if (options.json) print(JSON.stringify(trial))
  else for (const line of trialLines(trial)) print(line)
  if (trial.result.kind === 'failed') throw new CommandError(`${rule.name} ${endOf(trial)}`)
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
    .description('run a rule over recorded sign-ins without effects; of a file, say where it differs from the rule in force')
    .argument('<rule>', 'a rule, or a .js file named after one')
    .option('--last <count>', 'how many sign-ins', '20')
    .option('--stubs <file>', STUBS)
    .option('--json', 'one JSON object a sign-in')
    .action((name: string, options: TryOptions) => withDesk(options, (desk) => replay(desk, name, options)))

const replay = async (desk: Desk, name: string, options: TryOptions): Promise<void> => {
  const { rule, inForce } = await meant(desk, name)
  const last = countIn('--last', options.last ?? '20')
  const all = await desk.replayRule(rule, { last, stubs: stubsIn(desk, options), ...(inForce && { inForce }) })
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
