import { readFileSync } from 'node:fs'
import { UsherError } from '#kernel/errors.ts'

/**
 * What a file of settings holds, not looked at yet. Throws `settings_invalid` naming the file and, where it is not JSON, the
 * place in it; `otherwise` says what to do where there is no file.
 */
export const readJsonFile = (file: string, otherwise?: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsherError('settings_invalid', { cause: error, detail: { file, problem: problemOf(error, otherwise) } })
  }
}

const problemOf = (error: unknown, otherwise: string | undefined): string => {
  if (error instanceof SyntaxError) return `the file is not JSON: ${error.message}`
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  return isMissing ? ['there is no such file', otherwise].filter(Boolean).join('; ') : `the file cannot be read: ${String(error)}`
}
