import { z } from 'zod'
import type { JsonObject } from '#kernel/json.ts'
import type { Rule, RuleSettings } from '#kernel/rule.ts'
import { assertScript } from '../rules/rule-folder.ts'
import { isRuleName } from '../rules/rule-name.ts'
import { created, done, ok, type Reply, refusal } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import type { RuleParts } from './rule-book.ts'
import { choosing, chosen, noBody, noQuery, pageOf, paging, yesOrNo } from './schemas.ts'

/** `/rules`: scripts of the kind `function (user, context, callback)`. */
export const ruleRoutes = (parts: RuleParts): readonly ApiRoute[] => [list(parts), add(parts), show(parts), change(parts), remove(parts)]

const ruleView = ({ id, name, script, order, enabled }: Rule): JsonObject => ({ id, name, script, order, enabled, stage: 'login_success' })

const rulesIn = ({ rules }: RuleSettings): readonly Rule[] => rules.filter(({ kind }) => kind === 'rule')

const unknownRule = refusal(404, 'inexistent_rule', 'The rule does not exist.')

const list = ({ settings }: RuleParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/rules',
    scope: 'read:rules',
    query: z.strictObject({ ...paging, ...choosing, enabled: yesOrNo.optional() }),
    body: noBody,
    handle: async ({ query }) => {
      const all = rulesIn((await settings.current()).rules).filter(({ enabled }) => enabled === (query.enabled ?? enabled))
      const isPaged = query.page !== undefined || query.per_page !== undefined || query.include_totals === true
      const { page, perPage } = pageOf(query)
      const some = isPaged ? all.slice(page * perPage, (page + 1) * perPage) : all
      const shown = some.map((rule) => chosen(ruleView(rule), query))
      if (!query.include_totals) return ok(shown)
      return ok({ start: page * perPage, limit: perPage, length: shown.length, total: all.length, rules: shown })
    },
  })

const show = ({ settings }: RuleParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/rules/:id',
    scope: 'read:rules',
    query: z.strictObject(choosing),
    body: noBody,
    handle: async ({ part, query }) => {
      const found = rulesIn((await settings.current()).rules).find(({ id }) => id === part('id'))
      return found ? ok(chosen(ruleView(found), query)) : unknownRule
    },
  })

const MOST_SCRIPT = 100_000

const fields = {
  name: z.string().refine(isRuleName, 'not a name for a rule'),
  script: z.string().min(1).max(MOST_SCRIPT).superRefine(understood),
  order: z.int().min(0).max(1_000_000),
  enabled: z.boolean(),
}

function understood(script: string, context: z.core.$RefinementCtx<string>): void {
  try {
    assertScript(script, 'rule')
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be understood' })
  }
}

const STEP = 10

const add = (parts: RuleParts): ApiRoute =>
  route({
    method: 'POST',
    path: '/rules',
    scope: 'create:rules',
    query: noQuery,
    body: z.strictObject({
      ...fields,
      order: fields.order.optional(),
      enabled: fields.enabled.default(true),
      stage: z.literal('login_success').optional(),
    }),
    handle: async ({ body, occasion }) => {
      const id = parts.newRuleId('rule')
      const made = (current: RuleSettings): Rule => ({
        id,
        name: body.name,
        kind: 'rule',
        script: body.script,
        order: body.order ?? Math.max(0, ...current.rules.map(({ order }) => order)) + STEP,
        enabled: body.enabled,
        legacyGlobals: true,
        version: 1,
      })
      const wanted = { name: body.name, order: body.order }
      const edit = (current: RuleSettings) =>
        takenBy(current, wanted) ? current : { ...current, rules: [...current.rules, made(current)] }
      const after = await parts.rules.change({ author: occasion.principal.name, at: occasion.at, edit })
      const rule = after.rules.find((one) => one.id === id)
      return rule ? created(ruleView(rule)) : (takenBy(after, wanted) ?? unknownRule)
    },
  })

/** Says which other rule has the name or the place. */
const takenBy = (
  { rules }: RuleSettings,
  { id, name, order }: { readonly id?: string; readonly name?: string | undefined; readonly order?: number | undefined },
): Reply | undefined => {
  const others = rules.filter((one) => one.id !== id)
  if (others.some((one) => one.name === name)) return refusal(409, 'rule_conflict', 'A rule with the same name exists already.')
  if (others.some((one) => one.order === order)) return refusal(409, 'rule_conflict', 'A rule with the same order exists already.')
  return undefined
}

const change = (parts: RuleParts): ApiRoute =>
  route({
    method: 'PATCH',
    path: '/rules/:id',
    scope: 'update:rules',
    query: noQuery,
    body: z.strictObject(fields).partial(),
    handle: async ({ part, body, occasion }) => {
      const id = part('id')
      const { rules: before } = await parts.settings.current()
      if (!rulesIn(before).some((one) => one.id === id)) return unknownRule
      const edit = (current: RuleSettings) => {
        if (takenBy(current, { id, ...body })) return current
        return { ...current, rules: current.rules.map((rule) => (rule.id === id ? { ...rule, ...given(body) } : rule)) }
      }
      const after = await parts.rules.change({ author: occasion.principal.name, at: occasion.at, edit })
      const rule = after.rules.find((one) => one.id === id)
      return takenBy(after, { id, ...body }) ?? (rule ? ok(ruleView(rule)) : unknownRule)
    },
  })

type Given = { readonly [Name in 'name' | 'script' | 'order' | 'enabled']?: Rule[Name] }

const given = ({ name, script, order, enabled }: { readonly [Name in keyof Given]?: Given[Name] | undefined }): Given => ({
  ...(name !== undefined && { name }),
  ...(script !== undefined && { script }),
  ...(order !== undefined && { order }),
  ...(enabled !== undefined && { enabled }),
})

const remove = (parts: RuleParts): ApiRoute =>
  route({
    method: 'DELETE',
    path: '/rules/:id',
    scope: 'delete:rules',
    query: noQuery,
    body: noBody,
    handle: async ({ part, occasion }) => {
      const id = part('id')
      if (!rulesIn((await parts.settings.current()).rules).some((one) => one.id === id)) return unknownRule
      const edit = (current: RuleSettings) => ({ ...current, rules: current.rules.filter((one) => one.id !== id) })
      await parts.rules.change({ author: occasion.principal.name, at: occasion.at, edit })
      return done
    },
  })
