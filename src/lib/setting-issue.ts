import type { z } from 'zod'

const SAID_BEFORE = /^Invalid input: /
const NOT_THERE = /received undefined$/

/** What is wrong with a setting, for whoever wrote it: where, and what is wanted there; never the value. `whole` is the root's name. */
export const issueText = (issue: z.core.$ZodIssue, whole: string): string => {
  const at = (...more: readonly PropertyKey[]) => [...issue.path, ...more].map(String).join('.') || whole
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at(key)}: there is no such setting`).join('; ')
  if (issue.code === 'invalid_type' && NOT_THERE.test(issue.message)) return `${at()}: is missing`
  return `${at()}: ${issue.message.replace(SAID_BEFORE, '')}`
}
