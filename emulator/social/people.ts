import type { GooglePerson } from '../google/people.ts'

/** Who has an account at the pretend LinkedIn. */
export const linkedinPeople: readonly GooglePerson[] = [
  { subject: '782bbtaQ5u', email: 'lena.hartmann@adventure.example', isEmailVerified: true, givenName: 'Lena', familyName: 'Hartmann' },
  { subject: '91kvTz0m3R', email: 'omar@wingtip.example', isEmailVerified: true, givenName: 'Omar', familyName: 'Haddad' },
]

/** Who has one at the pretend GitHub, by which address they are reached and which one they show. */
export const githubPeople: readonly (GooglePerson & { readonly login: string; readonly shownEmail?: string })[] = [
  {
    subject: '58323101',
    login: 'iris-wolff',
    email: 'iris@wolff.example',
    shownEmail: 'press@wolff.example',
    isEmailVerified: true,
    givenName: 'Iris',
    familyName: 'Wolff',
  },
  { subject: '58323102', login: 'theo', email: 'theo@lamna.example', isEmailVerified: false, givenName: 'Theo', familyName: 'Sand' },
]

/** Who has one at the pretend Facebook, which says of no address whether it is verified. */
export const facebookPeople: readonly GooglePerson[] = [
  { subject: '10158000000000001', email: 'nora.lind@proseware.example', isEmailVerified: false, givenName: 'Nora', familyName: 'Lind' },
  { subject: '10158000000000002', email: '', isEmailVerified: false, givenName: 'Tomás', familyName: 'Vega' },
]
