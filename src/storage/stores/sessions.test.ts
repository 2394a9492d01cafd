import { sessionConformance } from '../../../test/conformance/stores/sessions.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(sessionConformance)
