import { inside, readAll, type Tlv, textIn } from './fake-ldap-ber.ts'

export interface FakeEntry {
  readonly dn: string
  /** What a bind with this name needs; nobody can bind with a name that has none. */
  readonly password?: string
  readonly attributes: Readonly<Record<string, string | Buffer | readonly string[]>>
}

export const valuesOf = ({ attributes }: FakeEntry, name: string): readonly Buffer[] => {
  const [, value = []] = Object.entries(attributes).find(([own]) => own.toLowerCase() === name.toLowerCase()) ?? []
  return [value].flat().map((one) => Buffer.from(one))
}

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.equals(other) || one.toString('utf8').toLowerCase() === other.toString('utf8').toLowerCase()

const holds = (entry: FakeEntry, name: string, value: Buffer): boolean => valuesOf(entry, name).some((one) => isSame(one, value))

/** [MS-ADTS]: member of a member, however deep. */
const isInChain = (group: FakeEntry, member: string, all: readonly FakeEntry[]): boolean =>
  valuesOf(group, 'member').some((one) => {
    const dn = one.toString('utf8')
    const inner = all.find((other) => other.dn === dn)
    return dn.toLowerCase() === member.toLowerCase() || (inner !== undefined && isInChain(inner, member, all))
  })

/** Whether a filter (RFC 4511 §4.5.1.7) finds an entry. */
export const matches = (filter: Tlv, entry: FakeEntry, all: readonly FakeEntry[]): boolean => {
  const parts = filter.tag === 0x87 ? [] : inside(filter)
  switch (filter.tag) {
    case 0xa0:
      return parts.every((part) => matches(part, entry, all))
    case 0xa1:
      return parts.some((part) => matches(part, entry, all))
    case 0xa2:
      return parts.every((part) => !matches(part, entry, all))
    case 0xa3:
      return holds(entry, textIn(parts[0]), parts[1]?.value ?? Buffer.alloc(0))
    case 0x87:
      return valuesOf(entry, filter.value.toString('utf8')).length > 0
    case 0xa9: {
      const value = textIn(parts.find(({ tag }) => tag === 0x83))
      return isInChain(entry, value, all)
    }
    default:
      throw new Error(`a filter nobody sends: ${filter.tag}`)
  }
}

/** The octets a filter compares with, in its order. */
export const valuesIn = (filter: Tlv): readonly Buffer[] => {
  if (filter.tag === 0xa3) return [readAll(filter.value).all[1]?.value ?? Buffer.alloc(0)]
  return filter.tag >= 0xa0 && filter.tag <= 0xa2 ? inside(filter).flatMap(valuesIn) : []
}
