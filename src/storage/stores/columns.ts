import { hash } from 'node:crypto'
import type { Names } from '#kernel/person.ts'
import type { Flag } from '../schema.ts'

/** SHA-256 of something that opens doors to whoever has it: the database knows it again and cannot tell it. */
export const hashOf = (bearer: string): string => hash('sha256', bearer, 'base64url')

/** A text folded so that two spellings of one name are the same key. */
export const keyOf = (name: string): string => name.normalize('NFC').toLowerCase()

export const flag = (value: boolean): Flag => (value ? 1 : 0)

interface NameColumns {
  readonly given_name: string | null
  readonly family_name: string | null
  readonly display_name: string | null
}

export const nameColumns = ({ given, family, display }: Names): NameColumns => ({
  given_name: given ?? null,
  family_name: family ?? null,
  display_name: display ?? null,
})

export const namesIn = (row: NameColumns): Names => ({
  ...(row.given_name !== null && { given: row.given_name }),
  ...(row.family_name !== null && { family: row.family_name }),
  ...(row.display_name !== null && { display: row.display_name }),
})
