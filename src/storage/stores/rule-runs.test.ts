import { ruleRunConformance } from '../../../test/conformance/stores/rule-runs.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(ruleRunConformance)
