import type { Node } from 'acorn'
import { type ParsedScript, parseScript, type ScriptKind, type SyntaxProblem } from './parse-script.ts'
import { argumentsOf, eachNode, isA, isNode, isName, keyOf, type Loose, textOf } from './syntax.ts'

/** What can be seen in a script without running it. */
export interface ScriptFacts {
  /** Keys it reads of `configuration`. */
  readonly configuration: readonly string[]
  /** True when it reads keys that are only known when it runs. */
  readonly readsAnyConfiguration: boolean
  /** An action's keys of `event.secrets`. */
  readonly secrets: readonly string[]
  readonly modules: readonly { readonly name: string; readonly line: number }[]
  /** The line on which it first asks where on earth the person is. */
  readonly geoipLine?: number
}

export type Scanned = { readonly facts: ScriptFacts } | { readonly problem: SyntaxProblem }

/** Looks through a script. Says where it cannot be understood. */
export const scanScript = (script: string, kind: ScriptKind): Scanned => {
  const parsed = parseScript(script, kind)
  if ('problem' in parsed) return parsed
  const seen: Seen = { configuration: new Set(), secrets: new Set(), modules: new Map(), isDynamic: false }
  if (isNode(parsed.root)) eachNode(parsed.root, (node) => look(node, parsed, seen))
  return {
    facts: {
      configuration: [...seen.configuration],
      readsAnyConfiguration: seen.isDynamic,
      secrets: [...seen.secrets],
      modules: [...seen.modules].map(([name, line]) => ({ name, line })),
      ...(seen.geoipLine !== undefined && { geoipLine: seen.geoipLine }),
    },
  }
}

interface Seen {
  readonly configuration: Set<string>
  readonly secrets: Set<string>
  readonly modules: Map<string, number>
  isDynamic: boolean
  geoipLine?: number
}

const look = (node: Node, { lineOf }: ParsedScript, seen: Seen): void => {
  if (isA(node, 'MemberExpression')) readMember(node, seen)
  if (isA(node, 'VariableDeclarator')) readPattern(node['id'], node['init'], seen)
  if (isA(node, 'AssignmentExpression')) readPattern(node['left'], node['right'], seen)
  const hasKey = isA(node, 'MemberExpression') || isA(node, 'Property')
  if (hasKey && keyOf(node) === 'geoip') seen.geoipLine ??= lineOf(node.start)
  const module = moduleOf(node)
  if (module !== undefined && !seen.modules.has(module)) seen.modules.set(module, lineOf(node.start))
}

/** The name in `require('name')`. */
const moduleOf = (node: Node): string | undefined =>
  isA(node, 'CallExpression') && isName(node['callee'], 'require') ? textOf(argumentsOf(node)[0]) : undefined

/** `event.secrets`, whatever the parameter is called. */
const isSecrets = (node: unknown): boolean =>
  isA(node, 'MemberExpression') && keyOf(node) === 'secrets' && isA(node['object'], 'Identifier')

const readMember = (node: Loose, seen: Seen): void => {
  const key = keyOf(node)
  if (isName(node['object'], 'configuration')) note(seen, key)
  if (isSecrets(node['object']) && key !== undefined) seen.secrets.add(key)
}

const note = (seen: Seen, key: string | undefined): void => {
  if (key === undefined) seen.isDynamic = true
  else seen.configuration.add(key)
}

/** `const { A, B: c = 1 } = configuration`, and the same of `event.secrets`. */
const readPattern = (pattern: unknown, from: unknown, seen: Seen): void => {
  if (!isA(pattern, 'ObjectPattern') || !Array.isArray(pattern['properties'])) return
  const keys = pattern['properties'].map((one) => (isA(one, 'Property') ? keyOf(one) : undefined))
  if (isName(from, 'configuration')) for (const key of keys) note(seen, key)
  if (isSecrets(from)) for (const key of keys.filter(isText)) seen.secrets.add(key)
}

const isText = (key: string | undefined): key is string => key !== undefined
