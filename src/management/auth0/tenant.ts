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
  const [yaml] = reading.files.paths.filter((path) => /^[^/]+\.ya?ml$/i.test(path))
  return yaml === undefined ? readDirectory(reading) : readYaml(reading, yaml)
}
