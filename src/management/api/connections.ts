import { z } from 'zod'
import type { Trial, TrialOutcome, TrialReading } from '#kernel/connection-trial.ts'
import type { Json, JsonObject } from '#kernel/json.ts'
import { providerOf } from '#kernel/provider.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { created, ok, refusal } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import { noBody, noQuery } from './schemas.ts'

/** What the API may know of a connection: no settings, so no secrets. */
interface ConnectionReport {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly label: string
  readonly standing: string
  readonly problem?: string
  readonly tested?: { readonly at: number; readonly by: string }
  readonly people: number
}

/** Connections as an administrator sees and tries them. */
export interface ConnectionParts {
  readonly connections: {
    readonly connections: () => Promise<readonly ConnectionReport[]>
    readonly findConnection: (name: string) => Promise<ConnectionSettings | undefined>
    /** Throws `settings_invalid`. */
    readonly testedBy: (connection: ConnectionSettings) => 'redirect' | 'password'
    readonly orderTest: (
      connection: ConnectionSettings,
      by: string,
    ) => Promise<{ readonly id: string; readonly url: string; readonly expiresAt: number }>
    readonly testPassword: (
      connection: ConnectionSettings,
      by: string,
      typed: { readonly username: string; readonly password: string },
    ) => Promise<TrialOutcome>
    readonly findTest: (id: string) => Promise<Trial | undefined>
  }
}

/** `/connections`: how they stand, and tests of them. */
export const connectionRoutes = (parts: ConnectionParts): readonly ApiRoute[] => [list(parts), test(parts), show(parts)]

const unknownConnection = refusal(404, 'inexistent_connection', 'The connection does not exist.')

const list = ({ connections }: ConnectionParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/connections',
    scope: 'read:connections',
    query: noQuery,
    body: noBody,
    handle: async () => ok((await connections.connections()).map(reportView)),
  })

const reportView = ({ id, name, type, label, standing, problem, tested, people }: ConnectionReport): JsonObject => ({
  id,
  name,
  strategy: providerOf({ type }).name,
  type,
  display_name: label,
  status: standing === 'usable' ? 'enabled' : standing,
  ...(problem !== undefined && { problem }),
  ...(tested && { tested_at: new Date(tested.at).toISOString(), tested_by: tested.by }),
  people,
})

const MOST_CHARACTERS = 1_024
const typedText = z.string().min(1).max(MOST_CHARACTERS)

const nothing = (): { readonly typed?: undefined } => ({})

const test = ({ connections }: ConnectionParts): ApiRoute =>
  route({
    method: 'POST',
    path: '/connections/:name/tests',
    scope: 'update:connections',
    query: noQuery,
    body: z.union([
      z.strictObject({ username: typedText, password: typedText }).transform((typed) => ({ typed })),
      noBody.transform(nothing),
    ]),
    handle: async ({ part, body, occasion }) => {
      const connection = await connections.findConnection(part('name'))
      if (!connection) return unknownConnection
      const by = occasion.principal.name
      const isTyped = connections.testedBy(connection) === 'password'
      if (body.typed) return isTyped ? created(outcomeView(await connections.testPassword(connection, by, body.typed))) : OPEN_IT
      if (isTyped) return TYPE_IT
      const { id, url, expiresAt } = await connections.orderTest(connection, by)
      return created({ id, url, expires_at: new Date(expiresAt).toISOString() })
    },
  })

const TYPE_IT = refusal(400, 'invalid_body', 'People of this connection type a password: give username and password.')
const OPEN_IT = refusal(400, 'invalid_body', 'People of this connection go elsewhere: leave username and password out, and open the url.')

const show = ({ connections }: ConnectionParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/connections/:name/tests/:id',
    scope: 'read:connections',
    query: noQuery,
    body: noBody,
    handle: async ({ part }) => {
      const trial = await connections.findTest(part('id'))
      if (trial?.connection.name !== part('name')) return refusal(404, 'inexistent_test', 'The test does not exist, or is long over.')
      return ok({ id: trial.id, ...(trial.stage === 'over' ? outcomeView(trial.outcome) : { status: 'pending' }) })
    },
  })

const outcomeView = (outcome: TrialOutcome): JsonObject => {
  if (outcome.kind === 'wrong') return { status: 'wrong_password' }
  if (outcome.kind === 'proven') return { status: 'proven', ...readingView(outcome.reading) }
  const { failure, detail, cause, reference, reading } = outcome
  return { status: 'failed', error: plain({ code: failure, detail, cause, reference }), ...(reading && readingView(reading)) }
}

const readingView = ({ profile, user, subject }: TrialReading): JsonObject => ({
  profile: plain(profile),
  user,
  ...(subject && { subject: { ...subject } }),
})

/** As JSON has it, without what is undefined. */
const plain = (value: object): Json => JSON.parse(JSON.stringify(value))
