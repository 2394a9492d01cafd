import type { FailureCode } from '#kernel/errors.ts'
import type { BindOutcome, LdapEntry } from './ldap-link.ts'
import type { LdapSettings } from './ldap-settings.ts'
import { numberOf, textOf } from './ldap-values.ts'

/** Attributes that say whether an account may be used. */
export const accountAttributes: Readonly<Record<LdapSettings['kind'], readonly string[]>> = {
  'active-directory': ['userAccountControl', 'msDS-User-Account-Control-Computed', 'accountExpires', 'pwdLastSet'],
  ldap: ['pwdAccountLockedTime', 'pwdReset', 'nsAccountLock'],
}

/** Why an account may not be used, or not be known. */
export type AccountFailure = Extract<
  FailureCode,
  'account_disabled' | 'account_locked' | 'account_expired' | 'account_restricted' | 'password_expired' | 'profile_incomplete'
>

/**
 * Active Directory's reasons to refuse a password that was right. 775 (locked) is not one of them: it comes for wrong
 * passwords too, and would tell strangers which accounts there are.
 */
const saidToTheRightPassword: Readonly<Record<string, AccountFailure>> = {
  '530': 'account_restricted',
  '531': 'account_restricted',
  '532': 'password_expired',
  '533': 'account_disabled',
  '701': 'account_expired',
  '773': 'password_expired',
}

/** draft-behera-ldap-password-policy-11 §6.2. A locked account (1) is said before the password was looked at. */
const POLICY = { passwordExpired: 0, changeAfterReset: 2 } as const

/** Why somebody may not come in whose password was right; undefined where the directory does not let us know that it was. */
export const refusalIn = ({ isRight, data, policy }: BindOutcome, kind: LdapSettings['kind']): AccountFailure | undefined => {
  if (policy === POLICY.passwordExpired || (isRight && policy === POLICY.changeAfterReset)) return 'password_expired'
  if (isRight || kind !== 'active-directory' || data === undefined) return undefined
  return Object.hasOwn(saidToTheRightPassword, data) ? saidToTheRightPassword[data] : undefined
}

// [MS-ADTS] §2.2.16: of userAccountControl, and of its computed sibling.
const DISABLED = 0x2n
const LOCKED = 0x10n
const PASSWORD_NEVER_EXPIRES = 0x1_0000n
const PASSWORD_EXPIRED = 0x80_0000n

/** 100 ns intervals between 1601 and 1970, and in a millisecond. */
const FILETIME_EPOCH = 116_444_736_000_000_000n
const FILETIME_PER_MS = 10_000n
const NEVER = 0x7fff_ffff_ffff_ffffn

/** Why an account may not be used at `at` (milliseconds since the epoch), by what its entry says. */
export const accountRefusal = (entry: LdapEntry, kind: LdapSettings['kind'], at: number): AccountFailure | undefined =>
  kind === 'active-directory' ? activeDirectoryRefusal(entry, at) : ldapRefusal(entry)

const activeDirectoryRefusal = (entry: LdapEntry, at: number): AccountFailure | undefined => {
  const control = numberOf(entry, 'userAccountControl')
  // Not readable for our account: then nobody knows.
  if (control === undefined) return 'profile_incomplete'
  const computed = numberOf(entry, 'msDS-User-Account-Control-Computed') ?? 0n
  if (control & DISABLED) return 'account_disabled'
  if (isOver(numberOf(entry, 'accountExpires'), at)) return 'account_expired'
  if (computed & LOCKED) return 'account_locked'
  const mustChange = numberOf(entry, 'pwdLastSet') === 0n && !(control & PASSWORD_NEVER_EXPIRES)
  return computed & PASSWORD_EXPIRED || mustChange ? 'password_expired' : undefined
}

const isOver = (expires: bigint | undefined, at: number): boolean =>
  expires !== undefined && expires > 0n && expires !== NEVER && (expires - FILETIME_EPOCH) / FILETIME_PER_MS <= BigInt(at)

/** Whether an entry tells all that a refused password would; a global catalog has no end of an account, and no locks. */
export const tellsAll = (entry: LdapEntry, kind: LdapSettings['kind']): boolean =>
  kind !== 'active-directory' ||
  ['accountExpires', 'msDS-User-Account-Control-Computed'].every((attribute) => numberOf(entry, attribute) !== undefined)

const ldapRefusal = (entry: LdapEntry): AccountFailure | undefined => {
  const isTrue = (attribute: string) => textOf(entry, attribute)?.toUpperCase() === 'TRUE'
  if (isTrue('nsAccountLock')) return 'account_disabled'
  return isTrue('pwdReset') ? 'password_expired' : undefined
}

/** Whether a directory wrote down that an account is locked; how long that lasts, it alone knows. */
export const isLocked = (entry: LdapEntry): boolean => textOf(entry, 'pwdAccountLockedTime') !== undefined
