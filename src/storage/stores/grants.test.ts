import { grantConformance } from '../../../test/conformance/stores/grants.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(grantConformance)
