import { directoryConformance } from '../../../test/conformance/stores/directory.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(directoryConformance)
