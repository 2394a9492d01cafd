import { readFileSync } from 'node:fs'
import { UsherError } from '#kernel/errors.ts'

/**
 * What a file of settings holds, not looked at yet. Throws `settings_invalid` naming the file and, where it is not JSON, the
 * place in it, and nothing of what it holds; `otherwise` says what to do where there is no file.
 */
export const readJsonFile = (file: string, otherwise?: string): unknown => {
  try {
    // Without the byte order mark some editors begin a file with.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)))
  } catch (error) {
    throw new UsherError('settings_invalid', { detail: { file, problem: problemOf(error, otherwise) } })
  }
}

/** Node quotes what is around the place, which may be a secret. */
const QUOTED = /, (\.\.\.)?".*$/s

const problemOf = (error: unknown, otherwise: string | undefined): string => {
  if (error instanceof SyntaxError) return `the file is not JSON: ${error.message.replace(QUOTED, '')}`
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the file is not UTF-8'
  return code === 'ENOENT' ? ['there is no such file', otherwise].filter(Boolean).join('; ') : `the file cannot be read: ${String(error)}`
}
