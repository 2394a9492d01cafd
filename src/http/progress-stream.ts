import type { Clock } from '#kernel/clock.ts'
import { type ProgressLinks, progressClosing, progressInterrupted, progressOpening, sayings, stepNames } from './pages/progress.ts'
import type { Frame } from './pages/layout.ts'
import type { Progress } from './sign-in-port.ts'
import { stepWriter } from './step-writer.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000

export interface Watching {
  readonly progress: AsyncIterable<Progress>
  readonly clock: Clock
  /** Fires when the browser left or we are stopping. */
  readonly signal: AbortSignal
  /** Told when the watching itself fails; the browser then goes on, and finds out why there. */
  readonly failed: (error: unknown) => void
}

/** Server-sent events: `progress` with every step, then `done`. Comments keep proxies from closing a quiet line. */
export async function* eventStream(watching: Watching): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`
  for await (const progress of withHeartbeat(watching)) {
    if (progress === 'heartbeat') yield ': still here\n\n'
    else if (!progress.done) yield `event: progress\ndata: ${JSON.stringify(told(progress))}\n\n`
  }
  // While we are being restarted the browser comes back by itself; `done` would take it to a closed door.
  if (!watching.signal.aborted) yield 'event: done\ndata: {}\n\n'
}

/** The same as a page that grows: for browsers without script. */
export async function* pageStream(watching: Watching, links: ProgressLinks, frame: Frame): AsyncGenerator<string> {
  yield progressOpening(links, frame).toString()
  const written = stepWriter()
  for await (const progress of withHeartbeat(watching)) yield progress === 'heartbeat' ? '<!-- still here -->\n' : written(progress)
  yield (watching.signal.aborted ? progressInterrupted(links.next) : progressClosing(links.next)).toString()
}

const told = ({ steps, say }: Progress) => ({
  steps: steps.map(({ name, state }) => ({ text: stepNames[name], state })),
  ...(say && { say: sayings[say] }),
})

/** Every progress as it comes, and a heartbeat whenever nothing came for a while. */
async function* withHeartbeat(watching: Watching): AsyncGenerator<Progress | 'heartbeat'> {
  const { progress, signal } = watching
  const iterator = progress[Symbol.asyncIterator]()
  const take = () =>
    iterator.next().catch((error: unknown): typeof ENDED => {
      if (!signal.aborted) watching.failed(error)
      return ENDED
    })
  try {
    let coming = take()
    while (!signal.aborted) {
      const first = await firstOf(coming, watching)
      if (first === 'heartbeat') yield first
      else if (first.done) return
      else {
        yield first.value
        coming = take()
      }
    }
  } finally {
    // Not waited for: it may be in the middle of a look around.
    iterator.return?.().catch(() => undefined)
  }
}

const ENDED = { done: true, value: undefined } as const

/** What comes first: the next progress, a heartbeat, or the end because the browser left. */
const firstOf = async (
  coming: Promise<IteratorResult<Progress>>,
  { clock, signal }: Watching,
): Promise<IteratorResult<Progress> | 'heartbeat'> => {
  const came = new AbortController()
  const heartbeat = clock.sleep(HEARTBEAT_MS, AbortSignal.any([came.signal, signal])).then(
    () => 'heartbeat' as const,
    () => ENDED,
  )
  const first = await Promise.race([coming, heartbeat])
  came.abort()
  return first
}
