import {
  type AnyNode,
  type ArrowFunctionExpression,
  type Comment,
  type Expression,
  type FunctionExpression,
  type MemberExpression,
  type Pattern,
  type Property,
  parse,
} from 'acorn'

/** What a rule says. */
export interface Names {
  /** Names it has from nowhere in its own text. */
  readonly free: ReadonlySet<string>
  /** `user.email`, `context.request.ip`, whatever it calls its parameters; every beginning of them, too. */
  readonly chains: ReadonlySet<string>
  /** Names of fields, wherever they are. */
  readonly properties: ReadonlySet<string>
  /** As they are required. */
  readonly modules: ReadonlySet<string>
  /** How it is written. */
  readonly manners: ReadonlySet<string>
}

interface Finding {
  readonly read: Set<string>
  readonly bound: Set<string>
  readonly chains: Set<string>
  readonly properties: Set<string>
  readonly modules: Set<string>
  readonly manners: Set<string>
  /** What a parameter of the rule is called, and what it is. */
  readonly roles: ReadonlyMap<string, string>
}

export const namesIn = (text: string): Names => {
  const comments: Comment[] = []
  const program = parse(`(${text.trim().replace(/;$/, '')}\n)`, { ecmaVersion: 2022, onComment: comments })
  const rule = ruleIn(program.body)
  const finding: Finding = {
    ...{ read: new Set(), bound: new Set(['arguments']), chains: new Set(), properties: new Set(), modules: new Set() },
    manners: new Set(mannersOf(rule, text, comments)),
    roles: new Map(rule.params.flatMap((param, index) => (param.type === 'Identifier' ? [[param.name, ROLES[index] ?? '']] : []))),
  }
  visit(rule, finding)
  const free = [...finding.read].filter((name) => !finding.bound.has(name))
  return { ...finding, free: new Set(free) }
}

type RuleNode = FunctionExpression | ArrowFunctionExpression

const ROLES = ['user', 'context', 'callback']

const ruleIn = ([statement]: readonly AnyNode[]): RuleNode => {
  const expression = statement?.type === 'ExpressionStatement' ? statement.expression : undefined
  if (expression?.type === 'FunctionExpression' || expression?.type === 'ArrowFunctionExpression') return expression
  throw new Error('a rule is a function')
}

const mannersOf = (rule: RuleNode, text: string, [first]: readonly Comment[]): readonly string[] => [
  rule.async ? 'async' : 'function',
  rule.id ? 'named' : 'anonymous',
  ...(first && first.start < rule.start ? ['comment'] : []),
  ...(text.trimEnd().endsWith(';') ? ['semicolon'] : []),
  ...rule.params.slice(2).flatMap((param) => (param.type === 'Identifier' && param.name !== 'callback' ? [param.name] : [])),
]

const KINDS: Readonly<Record<string, string>> = {
  ArrowFunctionExpression: 'arrow',
  ObjectPattern: 'destructuring',
  TemplateLiteral: 'template',
  ThisExpression: 'this',
}

const visit = (node: AnyNode, finding: Finding): void => {
  finding.manners.add(KINDS[node.type] ?? 'plain')
  note(node, finding)
  for (const one of partsOf(node)) visit(one, finding)
}

/** What a piece of a rule is made of, without names of fields: those are not read from anywhere. */
const partsOf = (node: AnyNode): readonly AnyNode[] => {
  const isComputed = 'computed' in node && node.computed === true
  return Object.entries(node).flatMap(([name, inner]) =>
    isComputed || (name !== 'property' && name !== 'key') ? [inner].flat().filter(isNode) : [],
  )
}

const isNode = (value: unknown): value is AnyNode => typeof value === 'object' && value !== null && 'type' in value

const note = (node: AnyNode, finding: Finding): void => {
  switch (node.type) {
    case 'Identifier':
      return void finding.read.add(node.name)
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
      if (node.id) finding.bound.add(node.id.name)
      for (const param of node.params) bind(param, finding)
      return
    case 'VariableDeclarator':
      bind(node.id, finding)
      return noteDestructured(node.id, node.init ?? undefined, finding)
    case 'CatchClause':
      return node.param ? bind(node.param, finding) : undefined
    case 'Property':
      return node.key.type === 'Identifier' ? void finding.properties.add(node.key.name) : undefined
    case 'MemberExpression':
      return noteMember(node, finding)
    case 'CallExpression':
      return noteRequire(node.callee, node.arguments[0], finding)
  }
}

const bind = (pattern: Pattern, finding: Finding): void => {
  if (pattern.type === 'Identifier') finding.bound.add(pattern.name)
  if (pattern.type === 'ObjectPattern')
    for (const one of pattern.properties) bind(one.type === 'Property' ? one.value : one.argument, finding)
}

/** `const { sso } = context` says `context.sso`. */
const noteDestructured = (pattern: Pattern, from: Expression | undefined, finding: Finding): void => {
  const start = from && chainOf(from, finding)
  if (pattern.type !== 'ObjectPattern' || !start) return
  for (const one of pattern.properties) if (isNamed(one)) finding.chains.add(`${start}.${one.key.name}`)
}

const isNamed = (node: AnyNode): node is Property & { readonly key: { readonly type: 'Identifier'; readonly name: string } } =>
  node.type === 'Property' && node.key.type === 'Identifier'

const noteMember = (node: MemberExpression, finding: Finding): void => {
  if (node.property.type === 'Identifier' && !node.computed) finding.properties.add(node.property.name)
  const chain = chainOf(node, finding)
  if (chain) finding.chains.add(chain)
}

/** `user.identities[0].provider` is `user.identities.provider`; undefined for what begins with no name. */
const chainOf = (node: AnyNode, finding: Finding): string | undefined => {
  if (node.type === 'ChainExpression') return chainOf(node.expression, finding)
  if (node.type === 'LogicalExpression') return chainOf(node.left, finding)
  if (node.type === 'Identifier') return finding.roles.get(node.name) ?? node.name
  if (node.type !== 'MemberExpression') return undefined
  const start = chainOf(node.object, finding)
  if (!start || node.computed || node.property.type !== 'Identifier') return start
  return `${start}.${node.property.name}`
}

const noteRequire = (callee: AnyNode, argument: AnyNode | undefined, finding: Finding): void => {
  const isRequire = callee.type === 'Identifier' && callee.name === 'require'
  if (isRequire && argument?.type === 'Literal') finding.modules.add(String(argument.value))
}
