import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { z } from 'zod'
import { accountsCommand } from '../src/cli/accounts.ts'
import { applyCommand } from '../src/cli/apply.ts'
import { auditCommand } from '../src/cli/audit.ts'
import { backupCommand } from '../src/cli/backup.ts'
import { configCommand } from '../src/cli/config.ts'
import { connectionsCommand } from '../src/cli/connections.ts'
import { demoCommand } from '../src/cli/demo.ts'
import { importCommand } from '../src/cli/import.ts'
import { migrateCommand } from '../src/cli/migrate.ts'
import { EXIT_CODES } from '../src/cli/report.ts'
import { rulesCommand } from '../src/cli/rules.ts'
import { sessionsCommand } from '../src/cli/sessions.ts'
import { startCommand } from '../src/cli/start.ts'
import { tokensCommand } from '../src/cli/tokens.ts'
import { usersCommand } from '../src/cli/users.ts'
import { rows } from '../src/config.ts'
import { failures } from '../src/kernel/errors.ts'
import { connection } from '../src/management/connection-settings.ts'
import { relyingParty } from '../src/management/relying-party-settings.ts'
import { target } from '../src/management/target-settings.ts'

const root = join(import.meta.dirname, '..')
const reference = (name: string): string => readFileSync(join(root, 'docs/reference', `${name}.md`), 'utf8')

/** What a part of a document says in the first cells of its tables' rows: names in backquotes. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort()

/** From its heading to the next one of the same level. */
const section = (text: string, heading: string): string => text.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''

test('the reference of the configuration has every field with its default, and no other', () => {
  const manual = section(reference('configuration'), '`usher.json`')
  assert.deepEqual(sorted(namesIn(manual)), sorted(Object.keys(rows)))
  for (const [name, { otherwise }] of Object.entries<{ readonly otherwise?: unknown }>(rows))
    if (typeof otherwise === 'string') assert.ok(manual.includes(`| \`${name}\` | \`${otherwise}\` |`), `${name}: ${otherwise}`)
})

test('the reference of the environment has every variable a command reads', () => {
  const common = readFileSync(join(root, 'src/cli/common.ts'), 'utf8')
  const read = [...common.matchAll(/process\.env\['(\w+)'\]/g)].map(([, name = '']) => name)
  assert.deepEqual(read, ['USHER_CONFIG'])
  for (const name of read) assert.ok(namesIn(section(reference('configuration'), 'The environment')).includes(name), name)
})

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly oneOf?: readonly Node[]
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: Node | boolean
}

/** Every field of a schema by its path. What has fields of its own is not one: they are. */
const fieldsOf = (node: Node, path: string): readonly string[] => {
  const inner = [
    ...Object.entries(node.properties ?? {}).flatMap(([name, one]) => fieldsOf(one, path ? `${path}.${name}` : name)),
    ...(node.items ? fieldsOf(node.items, `${path}[]`).filter((one) => one !== `${path}[]`) : []),
    ...[...(node.oneOf ?? []), ...(node.anyOf ?? [])].flatMap((one) => fieldsOf(one, path)),
    ...(typeof node.additionalProperties === 'object'
      ? fieldsOf(node.additionalProperties, `${path}.*`).filter((one) => one !== `${path}.*`)
      : []),
  ]
  return inner.some((one) => one !== path) ? inner : [path]
}

const schema = (type: z.ZodType): Node => JSON.parse(JSON.stringify(z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' })))

for (const [heading, type] of Object.entries({ relyingParties: relyingParty, connections: connection, targets: target }))
  test(`the reference of settings has every field of ${heading}, and no other`, () => {
    const fields = sorted(fieldsOf(schema(type), ''))
    assert.ok(fields.length > 10, fields.join())
    assert.deepEqual(sorted(namesIn(section(reference('settings'), `\`${heading}\``))), fields)
  })

test('the reference of failures has every code with its status and what people read', () => {
  const manual = reference('failures')
  for (const [code, { status, heading }] of Object.entries(failures))
    assert.ok(manual.includes(`| \`${code}\` | ${status} | ${heading} | `), `write: | \`${code}\` | ${status} | ${heading} | … |`)
  assert.deepEqual(sorted(namesIn(manual)), sorted(Object.keys(failures)))
})

const commands = [
  ...[demoCommand(), startCommand(), migrateCommand(), applyCommand(), backupCommand(), usersCommand(), accountsCommand()],
  ...[auditCommand(), connectionsCommand(), rulesCommand(), configCommand(), sessionsCommand(), tokensCommand(), importCommand()],
]

const argumentIn = (name: string, isRequired: boolean, isMany: boolean): string =>
  isRequired ? `<${name}${isMany ? '...' : ''}>` : `[${name}]`

/** A row for each command that does something. */
const rowsOf = (command: Command, above: string): readonly string[] => {
  const name = [above, command.name()].filter(Boolean).join(' ')
  if (command.commands.length > 0) return command.commands.flatMap((one) => rowsOf(one, name))
  const given = command.registeredArguments.map((one) => argumentIn(one.name(), one.required, one.variadic))
  const options = command.options.map(({ long }) => long).filter((long) => long !== '--config')
  return [`| \`${[name, ...given].join(' ')}\` | ${options.map((one) => `\`${one}\``).join(' ')} | ${command.description()} |`]
}

test('the reference of commands has every command, its options and what its help says of it', () => {
  const manual = reference('commands')
  const written = manual.split('\n').filter((line) => /^\| `/.test(line))
  assert.deepEqual(
    written,
    commands.flatMap((command) => rowsOf(command, '')),
  )
  assert.ok(manual.includes(EXIT_CODES.replaceAll(' · ', ', ').replace(/(\d+) /g, '$1 ')))
  const program = readFileSync(join(root, 'src/cli/usher.ts'), 'utf8')
  assert.equal([...program.matchAll(/^ {2}\['(\w+)', async/gm)].length, commands.length)
})

/** As a document writes a command: in a block of its own, or in backquotes. */
const WRITTEN = /(?:`|^ {4}(?:sudo -u usher )?)usher ([a-z][^`\n]*)/gm

/** Why what a document tells somebody to type is none of our commands. */
const wrongIn = (typed: string): string | undefined => {
  const [first = '', second = ''] = typed.split(/\s+/)
  const command = commands.find((one) => one.name() === first)
  const leaf = command?.commands.length ? command.commands.find((one) => one.name() === second) : command
  const isGroup = command !== undefined && (second === '' || second.startsWith('|') || command.commands.length === 0)
  if (!(leaf || isGroup)) return typed
  const options = [leaf, command].flatMap((one) => one?.options.map(({ long }) => long) ?? [])
  return (typed.match(/(?<=\s)--[a-z-]+/g) ?? []).every((option) => options.includes(option)) ? undefined : typed
}

test('every command that a document tells somebody to type is one, with its options', () => {
  const files = globSync('{README.md,CHANGELOG.md,docs/guides/*.md,docs/reference/*.md,examples/**/*.md}', { cwd: root })
  const typed = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(WRITTEN)].map(([, one = '']) => ({ file, one })),
  )
  assert.ok(typed.length > 50, `${typed.length}`)
  assert.deepEqual(
    typed.filter(({ one }) => wrongIn(one) !== undefined),
    [],
  )
  for (const wrong of ['strat', 'rules nope', 'rules push ./rules --nope', 'apply x.json --file y']) assert.equal(wrongIn(wrong), wrong)
})
