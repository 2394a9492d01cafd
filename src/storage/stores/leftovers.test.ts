import { upkeepConformance } from '../../../test/conformance/stores/upkeep.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(upkeepConformance)
