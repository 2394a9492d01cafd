import { keyTable } from '#storage/key-table.ts'

export const stamp = (): string => keyTable
