import { domainToASCII } from 'node:url'

const LONGEST_ADDRESS = 320
/** What a host parser would decode, cut off or take for something else. */
const NO_NAME = /[\s\p{Cc}%/\\:?#@[\]]/u
const NAME = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/
/** Nobody's mail program quotes these; whoever types them means something else. */
const LOCAL_PART = /^[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+$/u

/** A mail domain as it is compared: in ASCII (UTS #46), lower case, without the final dot. Undefined for what is none. */
export const mailDomain = (text: string): string | undefined => {
  if (NO_NAME.test(text)) return undefined
  const ascii = domainToASCII(text.replace(/\.$/, ''))
  return NAME.test(ascii) ? ascii : undefined
}

/** The domain of a mail address (RFC 5321 §2.3.11, without quoted local parts), as it is compared. Undefined for what is no address. */
export const domainOfAddress = (address: string): string | undefined => {
  const at = address.lastIndexOf('@')
  if (at < 1 || address.length > LONGEST_ADDRESS || !LOCAL_PART.test(address.slice(0, at))) return undefined
  return mailDomain(address.slice(at + 1))
}

/** Whether a domain is one of these, or below one of them. */
export const isWithin = (domain: string, roots: readonly string[]): boolean =>
  roots.some((root) => domain === root || domain.endsWith(`.${root}`))
