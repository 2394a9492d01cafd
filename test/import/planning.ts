import { createFindings } from '../../src/management/auth0/findings.ts'
import { planImport } from '../../src/management/auth0/plan.ts'
import type { ImportPlan, ImportSurroundings, ImportWishes } from '../../src/management/auth0/planned.ts'
import { readTenant } from '../../src/management/auth0/tenant.ts'
import { type Files, inMemory } from './exports.ts'

const AROUND: ImportSurroundings = {
  publicUrl: new URL('https://id.contoso.example'),
  targets: ['contoso'],
  connections: [],
  relyingParties: [],
  configuration: [],
  hasModule: (name) => name === 'lodash',
  refused: new Map(),
}

interface Said extends Partial<ImportWishes> {
  readonly mapping?: Readonly<Record<string, unknown>>
  readonly file?: string
  readonly around?: Partial<ImportSurroundings>
}

/** What an export in memory comes to. */
export const planOf = (files: Files, { mapping = {}, file, around, ...wishes }: Said = {}): ImportPlan => {
  const findings = createFindings()
  const tenant = readTenant({ ...(file && { file }) }, { files: inMemory(files), mapping, findings })
  return planImport(tenant, { wishes: { clientIds: {}, values: {}, ...wishes }, around: { ...AROUND, ...around }, findings })
}

/** What is told of one kind, each with its file. */
export const said = (plan: ImportPlan, kind: string): readonly string[] =>
  plan.findings.filter((one) => one.kind === kind).map(({ text, file }) => (file ? `${file}: ${text}` : text))
