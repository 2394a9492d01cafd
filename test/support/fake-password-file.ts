import type { PasswordEntry, PasswordFile } from '#connections/database/password-file.ts'

/** A password file in memory, with what was asked of it. */
export const fakePasswordFile = (entries: readonly PasswordEntry[] = []) => {
  const people = new Map<string, PasswordEntry>()
  const tries = new Map<string, { tries: number; expiresAt: number }>()
  const keyOf = ({ connection, username }: Pick<PasswordEntry, 'connection' | 'username'>) => JSON.stringify([connection, username])
  for (const entry of entries) people.set(keyOf(entry), entry)
  const file: PasswordFile = {
    find: async (connection, username) => people.get(keyOf({ connection, username })),
    add: async (entry) => {
      if (people.has(keyOf(entry))) return false
      people.set(keyOf(entry), entry)
      return true
    },
    rehash: async (connection, subject, hash) => {
      for (const [key, entry] of people)
        if (entry.connection === connection && entry.subject === subject) people.set(key, { ...entry, hash })
    },
    countTry: async (key, limit, at) => {
      const known = tries.get(key)
      const window = known && known.expiresAt > at ? known : { tries: 0, expiresAt: at + limit.windowMs }
      if (window.tries >= limit.tries) return false
      tries.set(key, { ...window, tries: window.tries + 1 })
      return true
    },
    takeBackTry: async (key) => {
      const known = tries.get(key)
      if (known) tries.set(key, { ...known, tries: Math.max(0, known.tries - 1) })
    },
    forgetTries: async (key) => {
      tries.delete(key)
    },
  }
  return { file, people: () => [...people.values()], tries }
}
