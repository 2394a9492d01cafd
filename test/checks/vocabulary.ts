import type { Finding } from './finding.ts'
import { sourceFiles } from './source-files.ts'

/** What we do not say → what we say. Wire names (`login_hint`, `login.srf`, paths) are not prose and are not touched. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:logged|logging)[ -](?:in|on|out|off)\b|\b(?:to|can|not|must) log[ -]?(?:in|on|out|off)\b|\blogon\b/i, 'sign in, sign out'],
  [/\b(?:single )?sign-on\b/i, 'sign-in'],
  [/\blicence/i, 'license'],
  [/\b(?:behaviou|colou|favou|neighbou|honou)r/i, 'the US spelling'],
  [
    /\b\w+(?:[^aeiou]is|nalys)(?:e[ds]?|ing|ation)\b(?<!\b(?:otherwise|likewise|advise[ds]?|revise[ds]?|rais\w*|\w*promis\w*|exercise[ds]?|precise|concise|enterprise|premises?))/i,
    'the US spelling',
  ],
  [/\b(?:e-?mail address(?:es)? of the user|end[- ]?users?)\b/i, 'person'],
  [/\bAzure AD\b(?! Graph)/, 'Entra ID'],
]

/** Prose in comments, strings and documents keeps to the vocabulary of CONTRIBUTING.md. */
export const vocabulary = async (): Promise<Finding> => {
  // CONTRIBUTING.md names the words that are not ours.
  const files = sourceFiles('{src/**/*.ts,*.md,docs/**/*.md}').filter(({ path }) => path !== 'CONTRIBUTING.md')
  const problems = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => wrong(line).map((what) => `${path}:${index + 1}: ${what}`)),
  )
  return { looked: `${files.length} files`, problems }
}

export const wrong = (line: string): readonly string[] =>
  WORDS.flatMap(([pattern, better]) => {
    const found = pattern.exec(line)?.[0]
    return found ? [`"${found}": say ${better}`] : []
  })
