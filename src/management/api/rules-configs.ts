import { z } from 'zod'
import type { RuleSettings } from '#kernel/rule.ts'
import { Secret } from '#kernel/secret.ts'
import { done, ok, refusal } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import type { RuleParts } from './rule-book.ts'
import { noBody, noQuery } from './schemas.ts'

/** `/rules-configs`: what rules read as `configuration`. Values are written and never told. */
export const rulesConfigRoutes = (parts: RuleParts): readonly ApiRoute[] => [list(parts), set(parts), remove(parts)]

const KEY = /^(?!__proto__$)[A-Za-z0-9_-]{1,128}$/
const MOST_CHARACTERS = 64 * 1024

const list = ({ settings }: RuleParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/rules-configs',
    scope: 'read:rules_configs',
    query: noQuery,
    body: noBody,
    handle: async () => {
      const { configuration } = (await settings.current()).rules
      const keys = Object.keys(configuration).sort()
      return ok(keys.map((key) => ({ key })))
    },
  })

const set = ({ rules }: RuleParts): ApiRoute =>
  route({
    method: 'PUT',
    path: '/rules-configs/:key',
    scope: 'update:rules_configs',
    query: noQuery,
    body: z.strictObject({ value: z.string().max(MOST_CHARACTERS) }),
    handle: async ({ part, body, occasion }) => {
      const key = part('key')
      if (!KEY.test(key)) return refusal(400, 'invalid_uri', 'A key has letters, digits, - and _.')
      const value = new Secret(body.value)
      const edit = (current: RuleSettings) => ({ ...current, configuration: { ...current.configuration, [key]: value } })
      await rules.change({ author: occasion.principal.name, at: occasion.at, edit })
      return ok({ key })
    },
  })

const remove = ({ rules }: RuleParts): ApiRoute =>
  route({
    method: 'DELETE',
    path: '/rules-configs/:key',
    scope: 'delete:rules_configs',
    query: noQuery,
    body: noBody,
    handle: async ({ part, occasion }) => {
      const key = part('key')
      const without = (configuration: RuleSettings['configuration']) =>
        Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== key))
      const edit = (current: RuleSettings) => ({ ...current, configuration: without(current.configuration) })
      await rules.change({ author: occasion.principal.name, at: occasion.at, edit })
      return done
    },
  })
