import { existsSync, readFileSync } from 'node:fs'
import { diff } from 'node:util'
import { Command } from 'commander'
import { type ConfigOption, type Desk, withConfig, withDesk } from './common.ts'
import { CommandError, print, printScript, say } from './report.ts'
import { countIn, foundRule } from './rule-arguments.ts'

interface DiffOptions extends ConfigOption {
  readonly from?: string
}

/** `usher rules diff`: what would change, or has changed. */
export const diffCommand = () =>
  withConfig(new Command('diff'))
    .description('a rule against a file, or against an earlier version of itself')
    .argument('<rule>')
    .argument('[file]', 'what it would become')
    .option('--from <version>', 'the version it was; the one before when neither is given')
    .action((name: string, file: string | undefined, options: DiffOptions) =>
      withDesk(options, async (desk) => {
        const rule = await foundRule(desk, name)
        const [before, after] = file === undefined ? [await earlier(desk, name, options), rule.script] : [rule.script, read(file)]
        const lines = changedLines(before, after)
        for (const line of lines) print(line)
        if (lines.length === 0) say('✓ no difference')
      }),
    )

const earlier = async (desk: Desk, name: string, { from }: DiffOptions): Promise<string> => {
  const rule = await foundRule(desk, name)
  const version = from === undefined ? rule.version - 1 : countIn('--from', from)
  const found = (await desk.ruleVersions(rule)).find((one) => one.version === version)
  if (!found) throw new CommandError(`${rule.name} has no version ${version}`, 5)
  return found.script
}

const AROUND = 3

/** Changed lines with three around them. */
const changedLines = (before: string, after: string): readonly string[] => {
  const all = diff(before.split('\n'), after.split('\n')).map(([side, line]) => ({ mark: side > 0 ? '-' : side < 0 ? '+' : ' ', line }))
  const near = all.map((_, index) => all.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ mark }) => mark !== ' '))
  return all.flatMap(({ mark, line }, index) => {
    if (near[index]) return [`${mark}${line}`]
    return near[index - 1] ? ['…'] : []
  })
}

/** `usher rules convert`: an action drafted from a rule. */
export const convertCommand = () =>
  withConfig(new Command('convert'))
    .description('draft an action from a rule; what could not be converted is marked in it')
    .argument('<rule>', 'a rule, or a file')
    .action((name: string, options: ConfigOption) =>
      withDesk(options, async (desk) => {
        const script = name.endsWith('.js') && existsSync(name) ? read(name) : (await foundRule(desk, name)).script
        return draft(desk, name, script)
      }),
    )

const draft = (desk: Desk, name: string, script: string): void => {
  const { code, open, modules } = drafted(desk, name, script)
  printScript(code)
  for (const module of modules) say(`  it asks for the module ${module}`)
  for (const { line, text } of open) say(`! ${name}:${line}: ${text}`)
  say(open.length === 0 ? '✓ everything was converted; read it before you use it' : `${open.length} places are marked TODO`)
}

const drafted = (desk: Desk, name: string, script: string) => {
  try {
    return desk.convertRule(script)
  } catch (error) {
    throw new CommandError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const read = (file: string): string => {
  if (!existsSync(file)) throw new CommandError(`no file ${file}`, 5)
  return readFileSync(file, 'utf8')
}
