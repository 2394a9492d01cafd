/** Somebody with an account at the pretend Google. */
export interface GooglePerson {
  readonly subject: string
  readonly email: string
  readonly isEmailVerified: boolean
  readonly givenName: string
  readonly familyName: string
}

export const googlePeople: readonly [GooglePerson, ...GooglePerson[]] = [
  {
    subject: '108234567890123456701',
    email: 'ana.ruiz@gmail.com',
    isEmailVerified: true,
    givenName: 'Ana',
    familyName: 'Ruiz',
  },
  {
    subject: '108234567890123456702',
    email: 'ben@okafor.example',
    isEmailVerified: true,
    givenName: 'Ben',
    familyName: 'Okafor',
  },
  {
    subject: '108234567890123456703',
    email: 'chris.lund@fabrikam.example',
    isEmailVerified: false,
    givenName: 'Chris',
    familyName: 'Lund',
  },
]

const SUBJECT_LENGTH = 21

/** One of the crowd: `guest-17` is always the same person. For trials with many people at once. */
const oneOfTheCrowd = (subject: string): GooglePerson | undefined => {
  const number = /^guest-(\d{1,6})$/.exec(subject)?.[1]
  if (number === undefined) return undefined
  return {
    subject: `2${number.padStart(SUBJECT_LENGTH - 1, '0')}`,
    email: `guest.${number}@crowd.example`,
    isEmailVerified: true,
    givenName: 'Guest',
    familyName: `Number ${number}`,
  }
}

/** By subject, by address, or by number in the crowd. */
export const findPerson = (name: string): GooglePerson | undefined =>
  googlePeople.find(({ subject, email }) => subject === name || email === name.toLowerCase()) ?? oneOfTheCrowd(name)
