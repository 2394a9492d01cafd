import { UsherError } from '#kernel/errors.ts'

/** Lets work in until it is closed, and then waits for what is inside. */
export interface Gate {
  /** Throws `shutting_down` once it is closed. */
  readonly pass: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly close: () => Promise<void>
}

export const createGate = (): Gate => {
  const inside = new Set<Promise<unknown>>()
  let isClosed = false
  return {
    pass: async (work) => {
      if (isClosed) throw new UsherError('shutting_down')
      const going = work()
      inside.add(going)
      try {
        return await going
      } finally {
        inside.delete(going)
      }
    },
    close: async () => {
      isClosed = true
      await Promise.allSettled(inside)
    },
  }
}

/** The same work for everybody who asks for it. */
export const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let going: Promise<void> | undefined
  return () => (going ??= work())
}
