import type { Word } from '#kernel/word.ts'

export interface KeyRow {
  readonly name: Word
}

export const keyTable = 'keys'
