import { apiTokenConformance } from '../../../test/conformance/stores/api-tokens.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(apiTokenConformance)
