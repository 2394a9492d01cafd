import { accountDeskConformance } from '../../../test/conformance/stores/account-desk.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(accountDeskConformance)
