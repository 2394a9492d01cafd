import { type FailureCode, failures } from '../../src/kernel/errors.ts'
import type { Choice, EmailField, Page, OwnWay } from '../../src/kernel/page.ts'
import type { Answer } from '../../src/kernel/visit.ts'
import type { Progress } from '../../src/http/sign-in-port.ts'

/** A page as somebody may meet it. */
export type GalleryState =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly code: FailureCode }
  | { readonly kind: 'progress'; readonly told: readonly Progress[]; readonly ends: boolean }

const SERVICE = 'Fabrikam’s Microsoft 365'
const REFERENCE = '0f8fad5b-d9cb-469f-a165-70867728950e'
const UNBREAKABLE = 'maximiliane-charlotte.von-und-zu-hohenstein.mueller@international-subsidiary.contoso.example'

const page = (shown: Page, status = 200): GalleryState => ({ kind: 'answer', answer: { kind: 'page', status, page: shown } })

const choice = (brand: string, label: string, lastUsed = false): Choice => ({
  brand,
  label,
  lastUsed,
  href: `/sign-in/t/connection/${brand}`,
})

const choices = [choice('google', 'Google', true), choice('linkedin', 'LinkedIn'), choice('database', 'a Fabrikam guest password')]
const manyChoices = [
  ...choices,
  choice('facebook', 'Facebook'),
  choice('microsoft', 'Microsoft'),
  choice('directory', 'Contoso Partners'),
  choice('unknown', 'Verband der Ingenieure im öffentlichen Dienst e. V.'),
]

const withEmail = (email: Pick<EmailField, 'typed' | 'problem'>, shown: readonly Choice[] = choices.slice(1)): Page => ({
  name: 'chooser',
  service: SERVICE,
  choices: shown,
  email: { action: '/sign-in/t/email', ...email },
})

const password = (more: Partial<Extract<Page, { name: 'password' }>> = {}): Page => ({
  name: 'password',
  service: SERVICE,
  label: 'a Fabrikam guest password',
  action: '/sign-in/t/password',
  username: '',
  otherWays: '/sign-in/t/ways',
  ...more,
})

const ways: readonly OwnWay[] = [
  { label: 'a Fabrikam guest password', brand: 'database', called: 'dana@fabrikam.example', isMain: true },
  { label: 'Google', brand: 'google', called: UNBREAKABLE, isMain: false, key: 'k1' },
  { label: 'Contoso Partners', brand: 'directory', called: 'Dana Whitfield', isMain: false, key: 'k2' },
]

const you = (more: Partial<Extract<Page, { name: 'you' }>>): Page => ({
  name: 'you',
  service: SERVICE,
  who: 'Dana Whitfield',
  userPrincipalName: 'dana.whitfield@guests.fabrikam.example',
  ways,
  ...more,
})

const STEPS = ['check', 'create', 'license', 'settle'] as const

const progress = (at: number, say?: Progress['say']): Progress => ({
  steps: STEPS.map((name, index) => ({ name, state: index < at ? 'done' : index === at ? 'now' : 'next' })),
  done: false,
  ...(say && { say }),
})

const failure = (code: FailureCode): readonly [string, GalleryState] => [`problem-${code}`, { kind: 'failure', code }]

const pages: Readonly<Record<string, GalleryState>> = {
  chooser: page({ name: 'chooser', service: SERVICE, choices }),
  'chooser-many': page({ name: 'chooser', service: SERVICE, choices: manyChoices }),
  'chooser-none': page({ name: 'chooser', service: SERVICE, choices: [] }),
  'chooser-notice': page({ name: 'chooser', service: SERVICE, choices, notice: 'connection_refused' }),
  'chooser-email': page(withEmail({ typed: '' })),
  'chooser-email-last-used': page(withEmail({ typed: '' }, choices)),
  'chooser-email-missing': page(withEmail({ typed: '', problem: 'missing' }), 422),
  'chooser-email-malformed': page(withEmail({ typed: 'dana', problem: 'malformed' }, manyChoices), 422),
  'chooser-email-unknown': page(withEmail({ typed: UNBREAKABLE, problem: 'unknown' }, manyChoices), 422),
  'chooser-two': page({ name: 'chooser', service: SERVICE, choices: manyChoices.slice(5), otherWays: '/sign-in/t/ways' }),
  password: page(password()),
  'password-known': page(password({ username: 'dana@fabrikam.example' })),
  'password-wrong': page(password({ username: 'dana@fabrikam.example', problem: 'wrong' }), 422),
  'password-missing': page(password({ problem: 'missing' }), 422),
  'password-missing-password': page(password({ username: UNBREAKABLE, problem: 'missing' }), 422),
  'password-too-many': page(password({ username: 'dana@fabrikam.example', problem: 'too_many' }), 429),
  confirm: page({ name: 'confirm', service: SERVICE, who: 'Ada Lovelace (ada@gmail.example)', action: '/sign-in/t/account' }),
  'confirm-expected': page({
    name: 'confirm',
    service: SERVICE,
    who: UNBREAKABLE,
    expected: 'grace.hopper@guests.fabrikam.example',
    action: '/sign-in/t/account',
  }),
  'problem-again': page({ name: 'problem', failure: 'connection_unavailable', reference: REFERENCE, again: '/sign-in/t' }, 502),
  'problem-link': page({ name: 'problem', failure: 'link_taken', reference: REFERENCE, home: '/you' }, 409),
  'problem-refused': page(
    {
      name: 'problem',
      failure: 'rule_denied',
      reference: REFERENCE,
      again: '/sign-in/t',
      otherAccount: '/sign-in/t/ways',
      said: 'Contractors sign in from Monday to Friday.',
    },
    403,
  ),
  waiting: page({ name: 'waiting', failure: 'license_exhausted', reference: REFERENCE, again: '/sign-in/waiting' }, 503),
  'connection-test': page({
    name: 'connection-test',
    label: 'Contoso Partners',
    profile: JSON.stringify({ issuer: 'https://login.acme.example', subject: UNBREAKABLE, attributes: { upn: UNBREAKABLE } }, undefined, 2),
    user: JSON.stringify({ user_id: `oidc|partners|${UNBREAKABLE}`, name: 'Anna Berg' }, undefined, 2),
    subject: JSON.stringify({ immutableId: 'employee-0007', userPrincipalName: UNBREAKABLE }, undefined, 2),
  }),
  you: page(you({ change: { add: '/you/add', remove: '/you/remove' } })),
  'you-alone': page(you({ ways: ways.slice(0, 1), change: { add: '/you/add', remove: '/you/remove' } })),
  'you-again': page(you({ again: '/you/again' })),
  claim: page({
    name: 'claim',
    who: 'dana@fabrikam.example',
    other: { label: 'Google', brand: 'google', called: UNBREAKABLE },
    action: '/sign-in/t/account',
    back: '/you',
  }),
  finished: page({ name: 'finished', service: SERVICE, onward: '/login?client=c' }),
  'signed-out': page({ name: 'signed-out', elsewhere: [] }),
  'signed-out-service': page({ name: 'signed-out', service: SERVICE, elsewhere: [], onward: '/login?client=c' }),
  'signed-out-elsewhere': page({
    name: 'signed-out',
    service: SERVICE,
    elsewhere: ['https://login.microsoftonline.com/common/oauth2/v2.0/logout'],
    onward: '/login?client=c',
  }),
}

const moving: Readonly<Record<string, GalleryState>> = {
  'progress-start': { kind: 'progress', told: [progress(0)], ends: false },
  progress: { kind: 'progress', told: [progress(0), progress(2)], ends: false },
  'progress-longer': { kind: 'progress', told: [progress(3, 'longer')], ends: false },
  'progress-minute': { kind: 'progress', told: [progress(3, 'longer'), progress(3, 'minute')], ends: false },
  'progress-done': { kind: 'progress', told: [progress(0), progress(3), { ...progress(4), done: true }], ends: true },
  onward: { kind: 'answer', answer: { kind: 'redirect', location: '/go/nowhere' } },
  'post-form': { kind: 'answer', answer: { kind: 'post-form', action: '/wsfed', fields: { wresult: '<t>', wctx: 'c' } } },
}

const keysOf = <Table extends object>(table: Table): readonly Extract<keyof Table, string>[] => {
  const keys: Extract<keyof Table, string>[] = []
  for (const key in table) keys.push(key)
  return keys
}

const everyFailure = Object.fromEntries(keysOf(failures).map(failure))

/** Every page there is, in every state that looks different, by name. */
export const galleryStates: Readonly<Record<string, GalleryState>> = { ...pages, ...moving, ...everyFailure }

/** The ones worth a picture: one failure stands for all that have the same shape. */
export const pictured: readonly string[] = [
  ...Object.keys(pages),
  ...Object.keys(moving),
  'problem-not_admitted',
  'problem-second_factor_required',
]
