import type { FailedTrial, TrialOutcome, TrialReading } from '#kernel/connection-trial.ts'
import { failures, toUsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Profile } from '#kernel/person.ts'
import { publicIdOf } from '#kernel/provider.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import { directorySubject } from './directory-subject.ts'
import { profileRoot } from './profile-root.ts'

/** What a profile comes to in a sign-in, as far as the connection goes: a directory must name a subject that holds. */
export const outcomeOf = (profile: Profile, connection: ConnectionSettings, reference: string): TrialOutcome => {
  const reading = { profile, user: userOf(profile, connection) }
  if (!connection.directory) return { kind: 'proven', reading }
  try {
    return { kind: 'proven', reading: { ...reading, subject: directorySubject(profile, connection.directory) } }
  } catch (error) {
    return failedWith(error, reference, reading)
  }
}

/** Of somebody who comes for the first time. */
const userOf = (profile: Profile, connection: ConnectionSettings): JsonObject => {
  const { root, standIn } = profileRoot(profile)
  return { user_id: publicIdOf(connection, profile.subject), ...standIn, ...root }
}

export const failedWith = (error: unknown, reference: string, reading?: TrialReading): FailedTrial => {
  const failure = toUsherError(error)
  const cause = causesOf(failure.cause)
  return {
    kind: 'failed',
    failure: failure.code,
    reference,
    detail: failure.detail,
    ...(cause && { cause }),
    ...(reading && { reading }),
  }
}

const MOST_CAUSES = 6
const LONGEST_CAUSE = 1_000

/** What lies behind a failure, the nearest first. */
const causesOf = (cause: unknown): string => {
  const said: string[] = []
  for (let at = cause; at instanceof Error && said.length < MOST_CAUSES; at = at.cause) said.push(at.message)
  return said.filter(Boolean).join(': ').slice(0, LONGEST_CAUSE)
}

/** For the browser: what was read, or a code and a reference. Why it failed is for whoever ordered the test. */
export const trialPage = (outcome: TrialOutcome, { label }: ConnectionSettings): Answer => {
  if (outcome.kind === 'proven') return { kind: 'page', status: 200, page: readingPage(outcome.reading, label) }
  const { failure, reference } = outcome.kind === 'failed' ? outcome : { failure: 'connection_refused' as const, reference: '' }
  return { kind: 'page', status: failures[failure].status, page: { name: 'problem', failure, reference } }
}

const readingPage = ({ profile, user, subject }: TrialReading, label: string) =>
  ({
    name: 'connection-test',
    label,
    profile: JSON.stringify(profile, undefined, 2),
    user: JSON.stringify(user, undefined, 2),
    ...(subject && { subject: JSON.stringify(subject, undefined, 2) }),
  }) as const
