import { setTimeout as wait } from 'node:timers/promises'
import type { SignIn } from '../../src/http/sign-in-port.ts'
import { UsherError } from '../../src/kernel/errors.ts'
import type { Answer } from '../../src/kernel/visit.ts'
import { type Call, fakeHttp, fakeSignIn } from './fake-sign-in.ts'
import { freePort } from './free-port.ts'
import { type GalleryState, galleryStates } from './gallery-states.ts'

const stateNamed = (name: string): GalleryState => galleryStates[name] ?? { kind: 'failure', code: 'link_unknown' }

/** Where pages go on to by themselves: answered with nothing, so that they stay. */
const nothing: Answer = { kind: 'document', status: 204, type: 'text/plain', body: '' }

const answerTo = ({ name: asked, visit, values: [name = ''] }: Call): Answer => {
  const isOver = visit.url.pathname.endsWith('/next') && stateNamed(name).kind === 'progress'
  return asked === 'arrive' || asked === 'namedLink' || isOver ? nothing : answerOf(name)
}

const answerOf = (name: string): Answer => {
  const state = stateNamed(name)
  if (state.kind === 'answer') return state.answer
  if (state.kind === 'progress') return { kind: 'wait', transaction: name }
  throw new UsherError(state.code)
}

async function* watch(name: string, _visit: unknown, signal: AbortSignal): ReturnType<SignIn['watch']> {
  const state = stateNamed(name)
  if (state.kind !== 'progress') return
  yield* state.told
  if (!state.ends) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

const FOLLOWS_POST: readonly string[] = ['onward']

/** The real web server with every page behind an address of its own: `/sign-in/{state}`. */
export const openGallery = async () => {
  const port = await freePort()
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  const { signIn } = fakeSignIn(answerTo)
  const { server } = fakeHttp(() => answerOf(''), {
    publicUrl,
    organization: {
      name: 'Fabrikam',
      helpUrl: 'mailto:help@fabrikam.example',
      privacyUrl: 'https://fabrikam.example/privacy',
      termsUrl: 'https://fabrikam.example/terms',
    },
    listen: { host: '127.0.0.1', port },
    clock: { now: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
    signIn: { ...signIn, watch },
  })
  await server.listen()
  return {
    addressOf: (name: string) => new URL(`/sign-in/${name}${FOLLOWS_POST.includes(name) ? '/next' : ''}`, publicUrl).href,
    close: () => server.close(),
  }
}
