import { Worker } from 'node:worker_threads'

/** What is asked of the thread: whether the password belongs to the bcrypt hash. */
export interface Asked {
  readonly encoded: string
  readonly text: string
}

/** A thread that answers one question at a time. */
export interface Thread {
  /** Rejects when the thread ends first or takes longer than anything we ask takes; one that has ended is not to be asked. */
  readonly ask: (asked: Asked) => Promise<boolean>
  readonly hasEnded: () => boolean
  readonly end: () => void
}

/** The most rounds we take are done in less than a second. */
const MOST_MS = 20_000
const MEMORY = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 } as const

/** Starts one: with nothing of ours in its environment, and never a reason for the process to stay. */
export const startThread = (): Thread => {
  const worker = new Worker(new URL('./foreign-thread-work.ts', import.meta.url), {
    execArgv: [],
    argv: [],
    env: {},
    resourceLimits: MEMORY,
  })
  let hasEnded = false
  worker.on('error', () => undefined)
  worker.once('exit', () => {
    hasEnded = true
  })
  worker.unref()
  const end = (): void => void worker.terminate()
  return { ask: (asked) => answerOf(worker, asked), hasEnded: () => hasEnded, end }
}

/** The limit keeps the process alive until the answer has come: the thread itself does not. */
const answerOf = (worker: Worker, asked: Asked): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(limit)
      worker.off('message', answered)
      worker.off('error', ended)
      worker.off('exit', ended)
      finish()
    }
    const answered = (answer: unknown) => settle(() => resolve(answer === true))
    const ended = (cause: unknown) => settle(() => reject(new Error('the thread that checks hashes ended', { cause })))
    const limit = setTimeout(ended, MOST_MS, 'too slow')
    worker.once('message', answered)
    worker.once('error', ended)
    worker.once('exit', ended)
    worker.postMessage(asked)
  })
