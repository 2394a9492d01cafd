import type { Findings } from './findings.ts'

const USED = new Set([
  // Folders.
  'actions',
  'clients',
  'connections',
  'database-connections',
  'rules',
  'rules-configs',
  'triggers',
  // Keys of YAML that are called otherwise.
  'databases',
  'rulesConfigs',
  'tenant',
])

/** Tells which parts of an export, folders or keys of YAML, are of no use here. */
export const tellUnused = (parts: readonly string[], findings: Findings): void => {
  const unused = [...new Set(parts)].filter((part) => !USED.has(part) && !part.startsWith('.')).sort()
  if (unused.length > 0) findings.add('left', `what the export has of ${unused.join(', ')}`)
}
