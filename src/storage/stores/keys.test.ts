import { keyConformance } from '../../../test/conformance/stores/keys.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(keyConformance)
