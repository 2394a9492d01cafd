import { ruleConformance } from '../../../test/conformance/stores/rules.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(ruleConformance)
