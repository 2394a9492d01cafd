import type { Clock } from '#kernel/clock.ts'
import { html } from '#lib/html.ts'
import { type ProgressLinks, progressClosing, progressInterrupted, progressOpening, sayings, stepNames } from './pages/progress.ts'
import type { Frame } from './pages/layout.ts'
import type { Progress, ProgressStep } from './sign-in-port.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000

export interface Watching {
  readonly progress: AsyncIterable<Progress>
  readonly clock: Clock
  /** Fires when the browser left or we are stopping. */
  readonly signal: AbortSignal
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

/** Writes only what is new since the last time: a step that began, a step that ended, something to say. */
const stepWriter = () => {
  let open: ProgressStep['name'] | undefined
  let said: Progress['say']
  const seen = new Set<ProgressStep['name']>()
  return ({ steps, say }: Progress): string => {
    let text = ''
    for (const { name, state } of steps) {
      if (open !== undefined && (open !== name || state === 'done')) {
        text += ENDED
        open = undefined
      }
      if (state === 'next' || seen.has(name)) continue
      seen.add(name)
      text += html`<li class="now">${stepNames[name]}`
      if (state === 'done') text += ENDED
      else open = name
    }
    if (say === undefined || say === said) return text
    said = say
    return `${text}${open === undefined ? '' : '</li>'}${html`<li class="say">${sayings[say]}</li>`}`
  }
}

const ENDED = '<span class="tick"> – done</span></li>\n'

const told = ({ steps, say }: Progress) => ({
  steps: steps.map(({ name, state }) => ({ text: stepNames[name], state })),
  ...(say && { say: sayings[say] }),
})

/** Every progress as it comes, and a heartbeat whenever nothing came for a while. */
async function* withHeartbeat({ progress, clock, signal }: Watching): AsyncGenerator<Progress | 'heartbeat'> {
  const iterator = progress[Symbol.asyncIterator]()
  let coming = iterator.next()
  while (!signal.aborted) {
    const quiet = new AbortController()
    const first = await Promise.race([
      coming.catch((error: unknown) => (signal.aborted ? ENDED_ITERATION : Promise.reject(error))),
      clock.sleep(HEARTBEAT_MS, AbortSignal.any([quiet.signal, signal])).then(
        () => 'heartbeat' as const,
        () => ENDED_ITERATION,
      ),
    ])
    quiet.abort()
    if (first === 'heartbeat') {
      yield first
      continue
    }
    if (first.done) return
    yield first.value
    coming = iterator.next()
  }
}

const ENDED_ITERATION = { done: true, value: undefined } as const
