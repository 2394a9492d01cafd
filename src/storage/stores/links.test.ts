import { linkConformance } from '../../../test/conformance/stores/links.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(linkConformance)
