import { Secret } from '#kernel/secret.ts'
import type { Findings } from './findings.ts'
import type { ReadRule } from './rules.ts'
import { type Found, isRecord, isText } from './reading.ts'
import { shellWord } from './shell-word.ts'

const POST_LOGIN = 'post-login'
const MASKED = '_VALUE_NOT_SHOWN_'

interface Parts {
  readonly triggers: readonly Found[]
  readonly values: Readonly<Record<string, string>>
  readonly findings: Findings
}

/** Actions that run after a sign-in, in the order of their trigger; one that is not bound to it comes over switched off. */
export const readActions = (all: readonly Found[], parts: Parts): readonly ReadRule[] => {
  const bound = boundActions(parts.triggers)
  const actions = all.flatMap((found) => readAction(found, bound, parts) ?? [])
  tellMissing(all, parts)
  return eachOnce(actions, parts.findings)
}

/** Auth0's tool leaves out what somebody else wrote, and what it was told to. */
const tellMissing = (all: readonly Found[], { triggers, findings }: Parts): void => {
  const there = new Set(all.map(({ value }) => value['name']))
  for (const name of boundActions(triggers))
    if (!there.has(name)) findings.add('left', `action ${name}: bound to ${POST_LOGIN} and not in the export`, triggers[0]?.file)
}

const eachOnce = (actions: readonly ReadRule[], findings: Findings): readonly ReadRule[] => {
  const byName = new Map<string, ReadRule>()
  for (const action of actions) {
    if (byName.has(action.name)) findings.add('problem', `there are two actions ${action.name}`, action.file)
    byName.set(action.name, action)
  }
  return [...byName.values()]
}

/** Names of the actions of the trigger, in their order. */
const boundActions = (triggers: readonly Found[]): readonly string[] =>
  triggers.flatMap(({ value }) => {
    const bindings = value[POST_LOGIN]
    return Array.isArray(bindings) ? bindings.filter(isRecord).flatMap(({ action_name: name }) => (isText(name) ? [name] : [])) : []
  })

const readAction = ({ file, value }: Found, bound: readonly string[], { values, findings }: Parts): ReadRule | undefined => {
  const { name, code, supported_triggers: triggers } = value
  if (!isText(name) || !isText(code)) {
    findings.add('problem', 'an action without a name or code', file)
    return undefined
  }
  const ids = Array.isArray(triggers) ? triggers.filter(isRecord).map(({ id }) => id) : [POST_LOGIN]
  if (!ids.includes(POST_LOGIN)) {
    findings.add('left', `action ${name}: runs at ${ids.join(', ')}, which Usher does not have`, file)
    return undefined
  }
  const place = bound.indexOf(name)
  if (place >= 0 && value['deployed'] === false)
    findings.add('needs', `action ${name}: Auth0 ran another version of it; the export has changes that were never deployed`, file)
  if (place < 0) findings.add('note', `action ${name}: not bound to ${POST_LOGIN}, so it comes over switched off`, file)
  return {
    file,
    name,
    kind: 'action',
    script: code,
    enabled: place >= 0,
    legacyGlobals: false,
    secrets: secretsOf(value['secrets'], values, { name, file, findings }),
    ...(place >= 0 && { order: place }),
  }
}

interface Whose {
  readonly name: string
  readonly file: string
  readonly findings: Findings
}

const secretsOf = (written: unknown, values: Parts['values'], { name, file, findings }: Whose): Readonly<Record<string, Secret>> => {
  const secrets = Array.isArray(written) ? written.filter(isRecord) : []
  return Object.fromEntries(
    secrets.flatMap(({ name: key, value }) => {
      if (!isText(key)) return []
      const known = values[key] ?? (isText(value) && value !== MASKED && value !== '' ? value : undefined)
      if (known !== undefined) return [[key, new Secret(known)]]
      findings.add(
        'needs',
        `action ${name}: its secret ${key} has no value; give it with \`usher config set ${shellWord(key)} --action ${shellWord(name)}\``,
        file,
      )
      return []
    }),
  )
}
