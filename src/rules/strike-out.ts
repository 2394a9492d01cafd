import type { Job } from './isolation.ts'

const SHORTEST_SECRET = 6

/** Everything a job holds that nobody may read afterwards. */
export const secretsOf = ({ configuration, scripts, auth0 }: Pick<Job, 'configuration' | 'scripts' | 'auth0'>): readonly string[] => [
  ...Object.values(configuration),
  ...scripts.flatMap(({ secrets }) => Object.values(secrets)),
  auth0.accessToken,
]

/** JSON without these secrets: as they are, and as an address, a header or JSON would carry them. */
export const strikeOut = (json: string, secrets: readonly string[]): string => {
  let clean = json
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue
    const bytes = Buffer.from(secret)
    const spellings = new Set([
      secret,
      encodeURIComponent(secret.toWellFormed()),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      // A script that prints JSON: it is written as JSON once more below.
      JSON.stringify(secret).slice(1, -1),
    ])
    for (const one of spellings) clean = clean.replaceAll(JSON.stringify(one).slice(1, -1), '[secret]')
  }
  return clean
}
