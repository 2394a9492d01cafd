import { aliasBookConformance } from '../conformance/alias-book.ts'
import { accountBookConformance } from '../conformance/account-book.ts'
import { seatBookConformance } from '../conformance/seat-book.ts'
import { identityDigestConformance } from '../conformance/identity-digest.ts'
import { memoryAccounts, memoryDigest, memorySeats } from './memory-books.ts'

accountBookConformance('in memory', async () => {
  const accounts = memoryAccounts()
  return { accounts, events: async () => accounts.events, addUser: async () => undefined }
})

aliasBookConformance('in memory', async () => {
  const accounts = memoryAccounts()
  return { accounts, aliases: accounts.aliases, addUser: async () => undefined }
})

seatBookConformance('in memory', async () => memorySeats())

identityDigestConformance('in memory', memoryDigest)
