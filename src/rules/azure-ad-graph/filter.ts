/** What people may be looked for by, with its name in Microsoft Graph. */
const searched = { immutableId: 'onPremisesImmutableId', userPrincipalName: 'userPrincipalName', mail: 'mail' } as const

interface Filter {
  readonly property: (typeof searched)[keyof typeof searched]
  readonly value: string
}

const EQUAL = /^\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*$/i

const isSearched = (name: string): name is keyof typeof searched => Object.hasOwn(searched, name)

/** `$filter=property eq 'value'`, the one form that is answered; undefined for any other. */
export const filterIn = (text: string | null): Filter | undefined => {
  const [, name = '', value = ''] = EQUAL.exec(text ?? '') ?? []
  return isSearched(name) ? { property: searched[name], value: value.replaceAll("''", "'") } : undefined
}
