import { joinConformance } from '../../../test/conformance/stores/joins.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(joinConformance)
