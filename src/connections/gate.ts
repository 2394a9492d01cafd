import { UsherError } from '#kernel/errors.ts'

/** Lets a few through at once, keeps some waiting in order, and turns the rest away with `too_many_requests`. */
export const gate = (most: { readonly running: number; readonly waiting: number }) => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running < most.running) running += 1
    else if (waiting.length < most.waiting) await new Promise<void>((enter) => waiting.push(enter))
    else throw new UsherError('too_many_requests', { detail: { reason: 'busy' } })
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place is handed on, never freed in between, so that nobody slips past those who wait.
      if (next) next()
      else running -= 1
    }
  }
}
