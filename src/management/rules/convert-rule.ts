import { type Pen, readTerms } from './conversion-terms.ts'
import { rewritten } from './conversions.ts'
import { childrenOf, type Loose } from './syntax.ts'

/** An action drafted from a rule, and the places a person must look at; lines are those of the rule. */
export interface Draft {
  readonly code: string
  readonly open: readonly { readonly line: number; readonly text: string }[]
  /** Modules the action has to declare, as the rule asked for them. */
  readonly modules: readonly string[]
}

/** Drafts an action from a rule, keeping its text wherever nothing has to change. Throws a sentence for a script that is no rule. */
export const convertRule = (script: string): Draft => {
  const terms = readTerms(script)
  const open: { readonly line: number; readonly text: string }[] = []
  const modules = new Set<string>()
  const pen: Pen = {
    terms,
    emit: (node, depth) => emitted(node, depth, pen),
    todo: (node, text) => {
      open.push({ line: terms.lineOf(node.start), text })
      return `/* TODO ${text} */ `
    },
    needs: (module) => void modules.add(module),
  }
  const body = pen.emit(terms.body, 0)
  return { code: `exports.onExecutePostLogin = async (event, api) => ${body};\n`, open, modules: [...modules] }
}

const emitted = (node: Loose, depth: number, pen: Pen): string => rewritten(node, depth, pen) ?? asWritten(node, depth, pen)

const asWritten = (node: Loose, depth: number, pen: Pen): string => {
  const { script } = pen.terms
  const below = isFunction(node) ? depth + 1 : depth
  let text = ''
  let at = node.start
  for (const child of childrenOf(node)) {
    text += script.slice(at, child.start) + pen.emit(child, below)
    at = child.end
  }
  return text + script.slice(at, node.end)
}

const isFunction = ({ type }: Loose): boolean => /Function/.test(type)
