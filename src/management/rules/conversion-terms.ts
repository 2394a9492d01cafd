import { parseScript } from './parse-script.ts'
import { isNode, type Loose, nameOf } from './syntax.ts'

/** A rule taken apart: its text, its body and what it calls its parameters. */
export interface ConversionTerms {
  readonly script: string
  readonly body: Loose
  readonly user: string
  readonly context: string
  readonly callback: string
  readonly lineOf: (offset: number) => number
}

/** What a conversion writes with. */
export interface Pen {
  readonly terms: ConversionTerms
  /** The text of a node, converted. `depth`: how many functions lie around it within the rule. */
  readonly emit: (node: Loose, depth: number) => string
  /** Marks a place somebody must look at; the text to put before it. */
  readonly todo: (node: Loose, text: string) => string
  readonly needs: (module: string) => void
}

/** Throws a sentence for a script that is no rule. */
export const readTerms = (script: string): ConversionTerms => {
  const parsed = parseScript(script, 'rule')
  if ('problem' in parsed) throw new Error(`line ${parsed.problem.line}, column ${parsed.problem.column}: ${parsed.problem.message}`)
  const { root, lineOf } = parsed
  const body = isNode(root) ? root['body'] : undefined
  const [user, context, callback] = isNode(root) && Array.isArray(root['params']) ? root['params'].map(nameOf) : []
  if (!isNode(body) || body.type !== 'BlockStatement' || !user || !context || !callback)
    throw new Error('a rule takes user, context and callback, and has a body')
  return { script, body, user, context, callback, lineOf }
}
