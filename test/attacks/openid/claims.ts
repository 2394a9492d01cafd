import type { TokenClaims } from '../../support/fake-provider/signing.ts'
import { type Attack, INCOMPLETE, says } from './attack.ts'

const saying = (more: TokenClaims) => (right: TokenClaims) => ({ ...right, ...more })
const without = (claim: string): Attack =>
  says(`no ${claim}`, (right) => Object.fromEntries(Object.entries(right).filter(([name]) => name !== claim)))

const issuers: readonly Attack[] = [
  says('another issuer', saying({ iss: 'https://accounts.other.example' })),
  says('our issuer with a slash', (right) => ({ ...right, iss: `${right.iss}/` })),
  says('our issuer in capitals', (right) => ({ ...right, iss: String(right.iss).toUpperCase() })),
  says('our issuer in a list', (right) => ({ ...right, iss: [right.iss] })),
]

const audiences: readonly Attack[] = [
  says('another audience', saying({ aud: 'somebody-else' })),
  says('our client id in capitals', saying({ aud: 'USHER' })),
  says('a list of audiences without us', saying({ aud: ['one', 'two'] })),
  says('an empty list of audiences', saying({ aud: [] })),
  says('two audiences and no authorized party', saying({ aud: ['usher', 'another'] })),
  says('two audiences and the other one authorized', saying({ aud: ['usher', 'another'], azp: 'another' })),
  says('us as audience and somebody else authorized', saying({ azp: 'another' })),
  says('an audience inside an object', saying({ aud: { usher: true } })),
]

const times: readonly Attack[] = [
  says('it expired 61 seconds ago', (right, { now }) => ({ ...right, exp: now - 61 })),
  says('it expires at a time that is text', (right, { now }) => ({ ...right, exp: String(now + 3_600) })),
  says('it expires in 1970', saying({ exp: 1 })),
  says('it was issued 61 seconds from now', (right, { now }) => ({ ...right, iat: now + 61 })),
  says('it was issued in an hour', (right, { now }) => ({ ...right, iat: now + 3_600, exp: now + 7_200 })),
  says('it was issued 11 minutes ago', (right, { now }) => ({ ...right, iat: now - 11 * 60 - 1 })),
  says('it was issued yesterday and never expires', (right, { now }) => ({ ...right, iat: now - 86_400, exp: 99_999_999_999 })),
  says('it was issued at a time that is text', (right, { now }) => ({ ...right, iat: String(now) })),
  says('it begins in 61 seconds', (right, { now }) => ({ ...right, nbf: now + 61 })),
  says('the person signs in tomorrow', (right, { now }) => ({ ...right, auth_time: now + 86_400 })),
  says('the person signed in at a time that is text', (right, { now }) => ({ ...right, auth_time: String(now) })),
]

const bindings: readonly Attack[] = [
  says('another nonce', saying({ nonce: 'n'.repeat(43) })),
  says('an empty nonce', saying({ nonce: '' })),
  says('our nonce in a list', (right) => ({ ...right, nonce: [right.nonce] })),
  says('the hash of another access token', saying({ at_hash: 'A'.repeat(22) })),
  says('a hash that is a number', saying({ at_hash: 1 })),
  says('an empty hash', saying({ at_hash: '' })),
]

const subjects: readonly Attack[] = [
  says('an empty subject', saying({ sub: '' }), INCOMPLETE),
  says('a subject of 256 characters', saying({ sub: 's'.repeat(256) }), INCOMPLETE),
  says('a subject with a line break', saying({ sub: 'anna-1\n' }), INCOMPLETE),
  says('a subject with a zero byte', saying({ sub: 'anna-1\0' }), INCOMPLETE),
  says('a subject with a blank before it', saying({ sub: ' anna-1' }), INCOMPLETE),
  says('a subject with a Cyrillic letter', saying({ sub: 'аnna-1' }), INCOMPLETE),
  says('a subject that reads backwards', saying({ sub: '\u202Eanna-1' }), INCOMPLETE),
  says('a subject that is a number', saying({ sub: 17 })),
  says('a subject that is a list', saying({ sub: ['anna-1'] })),
  says('a subject that is null', saying({ sub: null })),
]

export const claimAttacks: readonly Attack[] = [
  ...['iss', 'aud', 'sub', 'exp', 'iat', 'nonce'].map(without),
  ...issuers,
  ...audiences,
  ...times,
  ...bindings,
  ...subjects,
]
