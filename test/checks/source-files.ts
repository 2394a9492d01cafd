import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './finding.ts'

export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: number
}

/** Files of the project by pattern, the fixtures of the law left out. */
export const sourceFiles = (pattern: string): readonly SourceFile[] =>
  globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**', 'test/law/**'] })
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return { path, text, lines: text.split('\n').length - 1 }
    })

/** Calls `seen` for every node of a file, with the line it begins on. */
export const walk = ({ path, text }: SourceFile, seen: (node: ts.Node, line: number, file: ts.SourceFile) => void): void => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    seen(node, file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, file)
    ts.forEachChild(node, visit)
  }
  visit(file)
}
