import { ad, samlp } from './connections-of-organizations.ts'
import { custom, oidc } from './connections-of-protocols.ts'
import { apple, facebook, github, google, linkedin, microsoftPersonal, organizations, workspace } from './connections-of-providers.ts'
import { declared, labelOf, recordIn, tell, type Writer, type Writing } from './connection-terms.ts'
import type { Findings } from './findings.ts'
import type { DeclaredConnection, ImportSurroundings, ImportWishes } from './planned.ts'
import { type Found, isText } from './reading.ts'

/** A connection as the settings have it, and whom the export lets use it. */
export interface PlannedConnection {
  readonly name: string
  readonly declared: DeclaredConnection
  /** Client names or ids; undefined when the export does not say. */
  readonly enabledClients: readonly string[] | undefined
}

interface Telling {
  readonly findings: Findings
  readonly values: ImportWishes['values']
  readonly publicUrl: URL
  readonly keepsCallback: boolean
  readonly refused: ImportSurroundings['refused']
}

/** The connections Usher has a type for; the others are told, because their people are shut out. */
export const planConnections = (all: readonly Found[], telling: Telling): readonly PlannedConnection[] =>
  all.flatMap((found) => {
    const { strategy } = found.value
    const isOnly = all.filter(({ value }) => value['strategy'] === strategy).length === 1
    const planned = planConnection(found, { ...telling, isOnly })
    return planned ? [planned] : []
  })

const NAME = /^[A-Za-z0-9-]{1,64}$/

const planConnection = (found: Found, telling: Telling & Pick<Writing, 'isOnly'>): PlannedConnection | undefined => {
  const { name, strategy, options, enabled_clients: enabled } = found.value
  const { findings } = telling
  if (!isText(name) || name === '') {
    findings.add('problem', 'a connection without a name', found.file)
    return undefined
  }
  const write = Object.hasOwn(writers, String(strategy)) ? writers[String(strategy)] : undefined
  if (!write) {
    findings.add('left', `connection ${name}: ${strategy} is not supported yet, people of it cannot sign in`, found.file)
    return undefined
  }
  if (!NAME.test(name)) {
    const why = 'its name is not of at most 64 letters, digits and -, and the ids of its people may have it'
    findings.add('left', `connection ${name}: ${why}; they cannot sign in`, found.file)
    return undefined
  }
  const wrong = telling.refused.get(name)
  if (wrong !== undefined) {
    findings.add('needs', `connection ${name}: its settings do not hold, so it does not come over: ${wrong}`, found.file)
    return undefined
  }
  const written = write({ ...telling, name, found, options: recordIn(options) })
  return written && { name, declared: written, enabledClients: Array.isArray(enabled) ? enabled.filter(isText) : undefined }
}

const database: Writer = (writing) => {
  const { options } = writing
  const isOwn = options['enabledDatabaseCustomization'] === true
  const isMoving = options['import_mode'] === true
  if (isOwn && !isMoving)
    tell(writing, 'needs', 'its people lie in a database of your own, which Usher does not ask; bring them with --users')
  if (isOwn && isMoving)
    tell(writing, 'needs', 'whoever never signed in through Auth0 is still in a database of your own, which Usher does not ask')
  if (options['requires_username'] === true)
    tell(writing, 'needs', 'people could type their user name or their address; here they type their address, where they have one')
  if (options['disable_signup'] !== true)
    tell(writing, 'note', 'people could sign up there by themselves; here you add them with `usher users add`')
  return declared(writing, 'database', { label: labelOf(writing, 'a password') })
}

/** Auth0's strategies and what becomes of them. */
const writers: Readonly<Record<string, Writer>> = {
  auth0: database,
  'google-oauth2': google,
  'google-apps': workspace,
  linkedin,
  facebook,
  github,
  apple,
  windowslive: microsoftPersonal,
  waad: organizations,
  oidc,
  oauth2: custom,
  samlp,
  ad,
  'auth0-adldap': ad,
}
