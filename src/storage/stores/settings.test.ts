import { settingsConformance } from '../../../test/conformance/stores/settings.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(settingsConformance)
