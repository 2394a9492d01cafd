import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { z } from 'zod'
import type { Finding } from './finding.ts'
import { type SourceFile, sourceFiles, walk } from './source-files.ts'

const SILENCED = /\/[/*] *(biome-ignore|@ts-(expect-error|ignore|nocheck))/
/** A comment on the line, or alone on the one above: the reason. */
const REASON = /\/\/ .*\w{3}|\/\*.*\w{3}.*\*\//

/** Lines that ask a tool to look away, and type assertions: each says why, and there may only be fewer of them. */
export const exceptions = async (): Promise<Finding> => {
  const found = sourceFiles('{src,emulator,test,bench}/**/*.ts').flatMap(exceptionsOf)
  const allowed = z.object({ exceptions: z.number() }).parse(JSON.parse(readFileSync(join(import.meta.dirname, 'allowance.json'), 'utf8')))
  const unexplained = found.filter(({ reason }) => !reason).map(({ place }) => `${place}: no reason on the line`)
  const lower =
    found.length < allowed.exceptions ? `, ${allowed.exceptions} allowed: lower test/checks/allowance.json, so that it stays so` : ''
  return { looked: `${found.length} exceptions${lower}`, problems: [...unexplained, ...ratchet(found, allowed.exceptions)] }
}

interface Exception {
  readonly place: string
  readonly reason: boolean
}

const ratchet = (found: readonly Exception[], allowed: number): readonly string[] => {
  if (found.length > allowed)
    return [`${found.length} exceptions where ${allowed} are allowed:\n  ${found.map(({ place }) => place).join('\n  ')}`]
  return []
}

export const exceptionsOf = (source: SourceFile): readonly Exception[] => {
  const lines = source.text.split('\n')
  const at = (line: number) => ({
    place: `${source.path}:${line}`,
    reason: REASON.test(`${lines[line - 2]?.trim().match(/^\/\/.*/)?.[0] ?? ''}${lines[line - 1]}`),
  })
  const silenced = lines.flatMap((text, index) => (SILENCED.test(text) ? [at(index + 1)] : []))
  const asserted: Exception[] = []
  walk(source, (node, _line, file) => {
    if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) {
      asserted.push(at(file.getLineAndCharacterOfPosition(node.getEnd()).line + 1))
    }
  })
  return [...silenced, ...asserted]
}
