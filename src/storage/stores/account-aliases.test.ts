import { aliasConformance } from '../../../test/conformance/stores/subjects.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(aliasConformance)
