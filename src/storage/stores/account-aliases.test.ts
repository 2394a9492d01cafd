import { aliasBookConformance } from '../../../test/conformance/alias-book.ts'
import { aliasConformance, forgettingConformance } from '../../../test/conformance/stores/subjects.ts'
import { onEachDatabase, takingTurns } from '../../../test/support/stores.ts'

onEachDatabase((name, open) => {
  aliasConformance(name, open)
  forgettingConformance(name, open)
  aliasBookConformance(`${name}, two nodes`, async (t) => {
    const { stores, another, addUser } = await open(t)
    return { aliases: takingTurns(stores.aliases, (await another()).aliases), accounts: stores.accounts, addUser }
  })
})
