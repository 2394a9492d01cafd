import { auth0Import } from './auth0-import.ts'
import { peopleImport } from './people-import.ts'
import { ruleAdministration } from './rules.ts'
import { hasModule } from './rule-modules.ts'
import { sessionAdministration } from './sessions.ts'
import { draftedRule, objectInFile, ruleTrials, stubsInFile } from './trials.ts'
import { tokenAdministration } from './tokens.ts'

type Parts = Omit<Parameters<typeof auth0Import>[0], 'hasModule'> & Parameters<typeof ruleTrials>[0]

export type Desk = ReturnType<typeof openDesk>

/** Where an administrator works on rules, moves in from elsewhere, lets programs in, and signs people out. */
export const openDesk = (parts: Parts) => ({
  ...ruleAdministration(parts),
  ...auth0Import({ ...parts, hasModule }),
  ...peopleImport(parts),
  ...ruleTrials(parts),
  draftedRule,
  objectInFile,
  stubsInFile,
  ...tokenAdministration(parts),
  ...sessionAdministration(parts),
})
