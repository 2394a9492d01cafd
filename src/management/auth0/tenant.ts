import type { Brought } from './export-files.ts'
import { readDirectory } from './layout-directory.ts'
import { readDump } from './layout-dump.ts'
import { readYaml } from './layout-yaml.ts'
import type { Reading } from './reading.ts'
import { bareScript, type Tenant } from './tenant-parts.ts'

/**
 * Everything of an export that can be read, whichever layout it has: Auth0's own tool's folders or YAML, lists as its
 * Management API answers them, or bare scripts. Nothing is judged yet; what cannot be read is told.
 */
export const readTenant = ({ file }: Pick<Brought, 'file'>, reading: Reading): Tenant => {
  if (file === undefined) return folder(reading)
  if (/\.ya?ml$/i.test(file)) return readYaml(reading, file)
  if (file.endsWith('.js')) return { ...readDump(reading, []), layout: 'scripts', rules: bareScript(reading, file) }
  return readDump(reading, [file])
}

const folder = (reading: Reading): Tenant => {
  const yaml = yamlAmong(reading.files.paths)
  return yaml === undefined ? readDirectory(reading) : readYaml(reading, yaml)
}

/** The YAML with everything in it. Other tools have theirs in the same folder, where that is under version control. */
const yamlAmong = (paths: readonly string[]): string | undefined => {
  const found = paths.filter((path) => /^[^/.][^/]*\.ya?ml$/i.test(path))
  const named = found.find((path) => /^tenant\.ya?ml$/i.test(path))
  const hasDescriptions = paths.some((path) => /^(tenant\.json|(clients|connections|rules|actions|triggers)\/[^/]+\.json)$/.test(path))
  return named ?? (hasDescriptions ? undefined : found[0])
}
