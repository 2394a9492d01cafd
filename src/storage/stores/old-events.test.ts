import { oldEventConformance } from '../../../test/conformance/stores/old-events.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(oldEventConformance)
