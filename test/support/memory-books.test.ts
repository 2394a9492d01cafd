import { accountBookConformance } from '../conformance/account-book.ts'
import { seatBookConformance } from '../conformance/seat-book.ts'
import { memoryAccounts, memorySeats } from './memory-books.ts'

accountBookConformance('in memory', async () => {
  const accounts = memoryAccounts()
  return { accounts, events: async () => accounts.events, addUser: async () => undefined }
})

seatBookConformance('in memory', async () => memorySeats())
