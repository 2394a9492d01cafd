import type { Visit } from '#kernel/visit.ts'

/** What a visit says of who is there, and whether that holds. */
export type Testimony =
  /** `name@REALM`, or `DOMAIN\name` where a proxy says so. */
  | { readonly kind: 'principal'; readonly principal: string }
  /** Nothing was said yet, and the browser is to be asked. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly reason: string; readonly error?: unknown }

export type Witness = (visit: Visit) => Promise<Testimony>
