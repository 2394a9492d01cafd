import { recordConformance } from '../../../test/conformance/stores/records.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(recordConformance)
