import { seatBookConformance } from '../../../test/conformance/seat-book.ts'
import { onEachDatabase, takingTurns } from '../../../test/support/stores.ts'

onEachDatabase((name, open) =>
  seatBookConformance(`${name}, two nodes`, async (t) => {
    const { stores, another } = await open(t)
    return takingTurns(stores.seats, (await another()).seats)
  }),
)
