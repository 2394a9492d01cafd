import { posix } from 'node:path'
import { readDump } from './layout-dump.ts'
import { asDatabase } from './layout-yaml.ts'
import { type Found, isRecord, isText, type Reading, readValue } from './reading.ts'
import { bareScript, nameOf, type Tenant, withScript } from './tenant-parts.ts'
import { tellUnused } from './unused-parts.ts'

/** A folder for each kind of thing, a file for each thing; lists beside them count, too, and so do bare scripts. */
export const readDirectory = (reading: Reading): Tenant => {
  const { paths } = reading.files
  const each = (pattern: RegExp): readonly Found[] => paths.filter((path) => pattern.test(path)).flatMap((path) => one(reading, path))
  const dump = readDump(
    reading,
    paths.filter((path) => /^[^/]+\.json$/.test(path) && path !== 'tenant.json'),
  )
  const rules = rulesOf(reading)
  if (!hasOnlyScripts(paths)) tellUnused(foldersOf(paths), reading.findings)
  return {
    layout: hasOnlyScripts(paths) ? 'scripts' : 'directory',
    clients: [...dump.clients, ...each(/^clients\/[^/]+\.json$/)],
    connections: [
      ...dump.connections,
      ...each(/^connections\/[^/]+\.json$/),
      ...each(/^database-connections\/[^/]+\/database\.json$/).map(asDatabase),
    ],
    rules: rules || dump.rules ? [...(dump.rules ?? []), ...(rules ?? [])] : undefined,
    configuration: [...dump.configuration, ...each(/^rules-configs\/[^/]+\.json$/)],
    actions: [...dump.actions, ...each(/^actions\/[^/]+\.json$/).flatMap((found) => withScript(reading, found, 'code'))],
    triggers: each(/^triggers\/triggers\.json$/),
  }
}

const foldersOf = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/')))

const one = (reading: Reading, file: string): readonly Found[] => {
  const value = readValue(reading, file)
  if (isRecord(value)) return [{ file, value }]
  if (value !== undefined) reading.findings.add('problem', 'is not what its folder says', file)
  return []
}

const hasOnlyScripts = (paths: readonly string[]): boolean =>
  paths.some((path) => path.endsWith('.js')) && !paths.some((path) => /\.json$/.test(path))

/** The rules folder, or the folder itself when it holds scripts and no folder of rules. */
const rulesOf = (reading: Reading): readonly Found[] | undefined => {
  const { paths } = reading.files
  const inFolder = paths.filter((path) => /^rules\/[^/]+\.(json|js)$/.test(path))
  if (inFolder.length > 0) return rulesAmong(reading, inFolder)
  const scripts = paths.filter((path) => /^[^/]+\.js$/.test(path))
  return scripts.length > 0 ? scripts.flatMap((path) => bareScript(reading, path)) : undefined
}

const rulesAmong = (reading: Reading, paths: readonly string[]): readonly Found[] => {
  const described = paths.filter((path) => path.endsWith('.json')).flatMap((path) => one(reading, path).map(completed(paths)))
  const taken = new Set(
    described.flatMap(({ file, value }) => (isText(value['script']) ? [posix.join(posix.dirname(file), value['script'])] : [])),
  )
  const bare = paths.filter((path) => path.endsWith('.js') && !taken.has(path) && !paths.includes(path.replace(/\.js$/, '.json')))
  return [...described.flatMap((found) => withScript(reading, found, 'script')), ...bare.flatMap((path) => bareScript(reading, path))]
}

/** A description without a name or script has those of its file: `x.json` beside `x.js`. */
const completed =
  (paths: readonly string[]) =>
  ({ file, value }: Found): Found => {
    const beside = file.replace(/\.json$/, '.js')
    return {
      file,
      value: {
        name: nameOf(file),
        ...(paths.includes(beside) && { script: `./${posix.basename(beside)}` }),
        ...value,
      },
    }
  }
