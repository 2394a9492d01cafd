/** What else there is to say about a person, by Graph's names; none of it opens anything. Lengths as documented (contract 5.2). */
const limits = {
  displayName: 256,
  givenName: 64,
  surname: 64,
  jobTitle: 128,
  department: 64,
  companyName: 64,
  city: 128,
  state: 128,
  country: 128,
  streetAddress: 1_024,
  postalCode: 40,
  officeLocation: 128,
} as const

export type DetailName = keyof typeof limits

export type Details = { readonly [name in DetailName]?: string }

const isDetail = (name: string): name is DetailName => Object.hasOwn(limits, name)

/** The value as the directory takes it; undefined when it does not. */
const cleaned = (name: DetailName, value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined
  const text = value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()
  return text === '' || text.length > limits[name] ? undefined : text
}

interface ReadDetails {
  readonly details: Details
  /** Properties of the list whose values cannot be taken. */
  readonly unusable: readonly string[]
  /** Properties that are not on the list. */
  readonly others: readonly string[]
}

/** Sorts what somebody says about a person into what can be taken and what cannot. */
export const readDetails = (values: Readonly<Record<string, unknown>>): ReadDetails => {
  const names = Object.keys(values)
  const taken = names.filter(isDetail).map((name) => ({ name, text: cleaned(name, values[name]) }))
  return {
    details: Object.fromEntries(taken.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]]))),
    unusable: taken.filter(({ text }) => text === undefined).map(({ name }) => name),
    others: names.filter((name) => !isDetail(name)),
  }
}
