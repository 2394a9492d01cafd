import { type Expression, type Node, parse, parseExpressionAt, tokenizer } from 'acorn'

export type ScriptKind = 'rule' | 'action'

/** Where a script cannot be understood; lines and columns count from 1. */
export interface SyntaxProblem {
  readonly message: string
  readonly line: number
  readonly column: number
}

export interface ParsedScript {
  /** A rule's function, or an action's whole program. */
  readonly root: Node
  /** The line of an offset, from 1. */
  readonly lineOf: (offset: number) => number
}

const OPTIONS = { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: false, allowHashBang: true } as const

/**
 * A rule is one function expression, an action a CommonJS module. A `;` after a rule's function and comments around it are
 * tolerated, because people paste such files.
 */
export const parseScript = (script: string, kind: ScriptKind): ParsedScript | { readonly problem: SyntaxProblem } => {
  try {
    const root = kind === 'action' ? parse(script, OPTIONS) : ruleFunction(script)
    return { root, lineOf: (offset) => script.slice(0, offset).split('\n').length }
  } catch (error) {
    return { problem: problemOf(error, script) }
  }
}

class NotAFunction extends Error {
  readonly pos: number

  constructor(pos: number) {
    super('a rule is one function: function (user, context, callback) { … }')
    this.name = 'NotAFunction'
    this.pos = pos
  }
}

const ruleFunction = (script: string): Expression => {
  const expression = parseExpressionAt(script, 0, OPTIONS)
  const isFunction = expression.type === 'FunctionExpression' || expression.type === 'ArrowFunctionExpression'
  if (!isFunction) throw new NotAFunction(expression.start)
  // Brackets around the function belong to no node: there are as many behind it as before.
  const opening = labelsIn(script.slice(0, expression.start)).length
  const closing = labelsIn(script.slice(expression.end))
  const rest = closing.slice(opening)
  if (rest.length > 1 || (rest.length === 1 && rest[0] !== ';')) throw new NotAFunction(expression.end)
  return expression
}

const labelsIn = (text: string): readonly string[] => [...tokenizer(text, OPTIONS)].map(({ type }) => type.label)

const problemOf = (error: unknown, script: string): SyntaxProblem => {
  const message = error instanceof Error ? error.message.replace(/ \(\d+:\d+\)$/, '') : String(error)
  const at = typeof error === 'object' && error !== null && 'pos' in error ? Number(error.pos) : 0
  const before = script.slice(0, at).split('\n')
  return { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
