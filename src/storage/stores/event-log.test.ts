import { eventLogConformance } from '../../../test/conformance/stores/event-log.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(eventLogConformance)
