import { seatBookConformance } from '../../../test/conformance/seat-book.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase((name, open) => seatBookConformance(name, async (t) => (await open(t)).stores.seats))
