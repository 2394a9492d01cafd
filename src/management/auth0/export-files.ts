import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { posix } from 'node:path'

/** The files of an export, by their path from its root with `/` between the parts. */
export interface ExportFiles {
  readonly paths: readonly string[]
  /** Throws a sentence when it cannot be read, is too large or lies outside. */
  readonly read: (path: string) => string
}

const MOST_FILES = 20_000
const MOST_BYTES = 10 * 1024 * 1024
const SKIPPED = new Set(['node_modules', '.git'])

/** What was brought: a folder, or one file and the folder it lies in. */
export interface Brought {
  readonly files: ExportFiles
  /** Set when one file was named, and not a folder. */
  readonly file?: string
}

/** Opens a folder or a file. A link that leads out of the folder is never followed. Throws what the file system throws. */
export const openExport = (path: string): Brought => {
  if (statSync(path).isDirectory()) return { files: folderFiles(path) }
  return { files: folderFiles(dirname(path)), file: basename(path) }
}

const folderFiles = (folder: string): ExportFiles => {
  const root = realpathSync(folder)
  return {
    paths: listed(root),
    read: (path) => {
      const real = realpathSync(join(root, path))
      if (!real.startsWith(root + sep)) throw new Error('it lies outside the export')
      const found = statSync(real)
      // A pipe or a device may have no end.
      if (!found.isFile()) throw new Error('it is not a file')
      if (found.size > MOST_BYTES) throw new Error('it is larger than 10 MB')
      return readFileSync(real, 'utf8').replace(/^\uFEFF/, '')
    },
  }
}

const listed = (root: string): readonly string[] => {
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name) || found.length >= MOST_FILES) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else found.push(relative(root, path).split(sep).join('/'))
    }
  }
  walk(root)
  return found.sort()
}

/**
 * The file another one refers to, seen from its own folder or from the root; undefined when it leads out of the export.
 * An export made on Windows has `\` between the parts.
 */
export const referred = (
  files: ExportFiles,
  from: string,
  reference: string,
): { readonly path: string; readonly isThere: boolean } | undefined => {
  const written = reference.replaceAll('\\', '/')
  if (written.startsWith('/') || /^[A-Za-z]:/.test(written)) return undefined
  const candidates = [posix.join(posix.dirname(from), written), posix.normalize(written)].filter((path) => !path.startsWith('../'))
  const [first] = candidates
  if (first === undefined) return undefined
  const there = candidates.find((path) => files.paths.includes(path))
  return { path: there ?? first, isThere: there !== undefined }
}
