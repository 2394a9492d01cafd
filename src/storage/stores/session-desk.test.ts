import { sessionDeskConformance } from '../../../test/conformance/stores/session-desk.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(sessionDeskConformance)
