import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { profileFrom } from '#connections/profile.ts'
import type { Profile, User } from '#kernel/person.ts'
import { AT } from '../../support/stores.ts'
import { connectionOf, type LinkingArena, openLinkingArena } from './arena.ts'
import { CLAIMS, PROVIDERS, profileAt } from './profiles.ts'

interface Expected {
  readonly spellings: readonly string[]
  readonly locals: readonly string[]
  /** By provider and claim, a text for each kind of local user; in it a letter for each spelling: L for linked. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const expected: Expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'))

/** The address of the user who is here already, and that of whoever arrives. */
const spellings: Readonly<Record<string, { readonly local: string; readonly arriving: string; readonly domain?: string }>> = {
  same: { local: 'ada.lovelace@gmail.com', arriving: 'ada.lovelace@gmail.com' },
  case: { local: 'ada.lovelace@gmail.com', arriving: 'Ada.LoveLace@GMail.com' },
  dotted: { local: 'ada.lovelace@gmail.com', arriving: 'adalovelace@gmail.com' },
  plus: { local: 'ada.lovelace@gmail.com', arriving: 'ada.lovelace+work@gmail.com' },
  idn: { local: 'ada.lovelace@bücher.example', arriving: 'ada.lovelace@xn--bcher-kva.example', domain: 'xn--bcher-kva.example' },
  confusable: { local: 'ada.lovelace@gmail.com', arriving: 'ada.lovelace@gm\u0430il.com', domain: 'xn--gmil-63d.com' },
}

const authoritativeFor = ['gmail.com', 'xn--bcher-kva.example', 'xn--gmil-63d.com']
/** As permissive as settings can be made, past their reader: what holds here holds with all others. */
const arriving = Object.fromEntries(
  PROVIDERS.map((type) => [type, connectionOf(type, type, { linking: 'verified-email', authoritativeFor })]),
)
const partners = connectionOf('partners', 'oidc', { linking: 'verified-email', authoritativeFor })
const guests = connectionOf('guests', 'database', { linking: 'explicit' })

const localProfile = (email: string, cell: number, isVerified: boolean): Profile =>
  profileFrom({
    issuer: 'https://partners.example',
    claims: { sub: `local-${cell}`, email, email_verified: isVerified },
    authentication: { at: AT, method: 'federated' },
    takesTextForTrue: false,
  })

/** Who is here before anybody arrives. */
const locals: Readonly<Record<string, (arena: LinkingArena, email: string, cell: number) => Promise<User | undefined>>> = {
  none: async () => undefined,
  unverified: ({ arrive }, email, cell) => arrive(localProfile(email, cell, false), partners),
  verified: ({ arrive }, email, cell) => arrive(localProfile(email, cell, true), partners),
  'with password': async ({ arrive, stores }, email, cell) => {
    const profile = { ...localProfile(email, cell, true), issuer: guests.id }
    const { subject, names } = profile
    const entry = { connection: guests.id, subject, username: `user-${cell}`, hash: 'x', names, emailVerified: true, attributes: {} }
    assert.ok(await stores.passwords.add(entry, AT))
    return arrive(profile, guests)
  },
  provisioned: async ({ arrive, stores }, email, cell) => {
    const user = await arrive(localProfile(email, cell, true), partners)
    const account = { userId: user.id, target: 'contoso', origin: 'usher' as const, immutableId: `id${cell}`, usageLocation: 'DE' }
    assert.ok(await stores.accounts.intend({ ...account, userPrincipalName: `ada${cell}@guests.example`, reference: 'r', at: AT }))
    return user
  },
}

interface Cell {
  readonly number: number
  readonly provider: string
  readonly claim: string
  readonly local: string
  readonly spelling: string
  readonly wanted: string | undefined
}

const cells: readonly Cell[] = PROVIDERS.flatMap((provider) =>
  Object.keys(CLAIMS).flatMap((claim) =>
    expected.locals.flatMap((local, row) =>
      expected.spellings.map((spelling, column) => ({
        provider,
        claim,
        local,
        spelling,
        wanted: expected.cells[provider]?.[claim]?.[row]?.[column],
      })),
    ),
  ),
).map((cell, number) => ({ ...cell, number }))

/** Every cell has people of its own. */
const inCell = (email: string, { number }: Cell): string => email.replace(/lovelace/i, `lovelace${number}`)

const arrivingIn = async (cell: Cell): Promise<Profile> => {
  const { arriving: email = '', domain } = spellings[cell.spelling] ?? {}
  const profile = await profileAt(cell.provider, { email, claim: CLAIMS[cell.claim], ...(domain && { domain }) })
  return { ...profile, subject: `arriving-${cell.number}`, ...(profile.email && { email: inCell(profile.email, cell) }) }
}

const letterOf = async (arena: LinkingArena, cell: Cell): Promise<string> => {
  const connection = arriving[cell.provider]
  const makeLocal = locals[cell.local]
  assert.ok(connection && makeLocal)
  const local = await makeLocal(arena, inCell(spellings[cell.spelling]?.local ?? '', cell), cell.number)
  const profile = await arrivingIn(cell)
  const user = await arena.arrive(profile, connection)
  assert.equal((await arena.arrive(profile, connection)).id, user.id, 'whoever comes back is who they were')
  const isOwn = user.identity.connection === connection.id && user.identity.subject === profile.subject
  assert.notEqual(isOwn, user.id === local?.id, 'one of the two')
  return isOwn ? '.' : 'L'
}

test('who arrives is the user who has the address, or somebody else, as the table says', async (t) => {
  const arena = await openLinkingArena([...Object.values(arriving), partners, guests])
  t.after(arena.close)
  const found: (Cell & { readonly letter: string })[] = []
  for (const together of Map.groupBy(cells, ({ provider, claim }) => `${provider} ${claim}`).values())
    found.push(...(await Promise.all(together.map(async (cell) => ({ ...cell, letter: await letterOf(arena, cell) })))))
  assert.deepEqual(
    found.filter(({ letter, wanted }) => letter !== wanted),
    [],
  )
  const linked = found.filter(({ letter }) => letter === 'L')
  assert.deepEqual([found.length, linked.length], [1_080, 24])
  assert.deepEqual([...new Set(linked.map(({ local }) => local))], ['verified', 'provisioned'])
  assert.equal(arena.lines.filter(({ event }) => event === 'user_linked').length, linked.length, 'each is told')
  t.diagnostic(`count ${found.length} cells of the linking table, 0 differences`)
})
