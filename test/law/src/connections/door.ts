import type { KeyRow } from '#storage/key-table.ts'

export const door = (row: KeyRow): string => row.name
