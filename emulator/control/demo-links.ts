import { asFields, ControlRefused, type Fields } from './control-input.ts'

/** What the demo page tells a newcomer; given by whoever runs the demo, at each start. */
export interface DemoLinks {
  readonly links: readonly { readonly title: string; readonly address: string; readonly sentence: string }[]
  readonly people: readonly { readonly name: string; readonly how: string }[]
}

export const noDemoLinks: DemoLinks = { links: [], people: [] }

const rows = (fields: Fields, name: string): readonly Fields[] => {
  const value = fields[name] ?? []
  if (!Array.isArray(value)) throw new ControlRefused(400, `${name} must be a list.`)
  return value.map(asFields)
}

const text = (fields: Fields, name: string): string => {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw new ControlRefused(400, `${name} must be text.`)
}

const webAddress = (fields: Fields): string => {
  const address = text(fields, 'address')
  if (/^https?:\/\//.test(address)) return address
  throw new ControlRefused(400, 'address must be a web address.')
}

export const asDemoLinks = (body: unknown): DemoLinks => {
  const fields = asFields(body)
  return {
    links: rows(fields, 'links').map((row) => ({
      title: text(row, 'title'),
      address: webAddress(row),
      sentence: text(row, 'sentence'),
    })),
    people: rows(fields, 'people').map((row) => ({ name: text(row, 'name'), how: text(row, 'how') })),
  }
}
