export type Word = string
