import { passwordConformance } from '../../../test/conformance/stores/passwords.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(passwordConformance)
