import { type Found, isRecord, isText, type Reading, readValue } from './reading.ts'
import { NOTHING, type Tenant } from './tenant-parts.ts'

/** Files as the Management API answers: a list, or an object with lists, whichever things are in it. */
export const readDump = (reading: Reading, files: readonly string[]): Tenant => {
  const all = files.flatMap((file) => listed(readValue(reading, file)).map((value): Found => ({ file, value })))
  const of = (kind: Kind): readonly Found[] => all.filter(({ value }) => kindOf(value) === kind)
  for (const { file, value } of all)
    if (kindOf(value) === undefined) reading.findings.add('left', 'holds things Usher has no use for', file)
  const rules = of('rule')
  return {
    ...NOTHING,
    layout: 'dump',
    clients: of('client'),
    connections: of('connection'),
    // An empty list of rules says that there are none.
    rules: rules.length > 0 || files.some((file) => /rules\.json$/i.test(file)) ? rules : undefined,
    configuration: of('configuration'),
    actions: of('action'),
  }
}

const listed = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  if (Array.isArray(value)) return value.filter(isRecord)
  if (!isRecord(value)) return []
  const lists = Object.values(value).filter(Array.isArray)
  return lists.length > 0 && kindOf(value) === undefined ? lists.flat().filter(isRecord) : [value]
}

type Kind = 'rule' | 'action' | 'connection' | 'client' | 'configuration'

/** What only a thing of this kind has. */
const SIGNS: readonly (readonly [Kind, (value: Readonly<Record<string, unknown>>) => boolean])[] = [
  ['action', (value) => isText(value['code']) || Array.isArray(value['supported_triggers'])],
  ['rule', (value) => isText(value['script'])],
  ['connection', (value) => isText(value['strategy'])],
  ['client', (value) => isText(value['client_id']) || isText(value['app_type'])],
  ['configuration', (value) => isText(value['key'])],
]

const kindOf = (value: Readonly<Record<string, unknown>>): Kind | undefined => SIGNS.find(([, isOne]) => isOne(value))?.[0]
