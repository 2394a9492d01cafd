import { metadataConformance } from '../../../test/conformance/stores/metadata.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(metadataConformance)
