import { type Found, isRecord, type Reading, readValue } from './reading.ts'
import { NOTHING, type Tenant, things, withScript } from './tenant-parts.ts'
import { tellUnused } from './unused-parts.ts'

/** One YAML file with everything in it, and scripts in files beside it. */
export const readYaml = (reading: Reading, file: string): Tenant => {
  const value = readValue(reading, file)
  if (!isRecord(value)) {
    if (value !== undefined) reading.findings.add('problem', 'is not an export: there are no resources in it', file)
    return { ...NOTHING, layout: 'yaml' }
  }
  tellUnused(
    Object.keys(value).filter((key) => isFilled(value[key])),
    reading.findings,
  )
  const list = (name: string): readonly Found[] => things(reading, file, value[name])
  return {
    layout: 'yaml',
    clients: list('clients'),
    connections: [...list('connections'), ...list('databases').map(asDatabase)],
    rules: value['rules'] === undefined ? undefined : list('rules').flatMap((one) => withScript(reading, one, 'script')),
    configuration: list('rulesConfigs'),
    actions: list('actions').flatMap((one) => withScript(reading, one, 'code')),
    triggers: isRecord(value['triggers']) ? [{ file, value: value['triggers'] }] : [],
  }
}

const isFilled = (part: unknown): boolean => typeof part === 'object' && part !== null && Object.keys(part).length > 0

/** Databases stand apart in exports and are connections like any other. */
export const asDatabase = ({ file, value }: Found): Found => ({ file, value: { strategy: 'auth0', ...value } })
