import { transactionConformance } from '../../../test/conformance/stores/transactions.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(transactionConformance)
