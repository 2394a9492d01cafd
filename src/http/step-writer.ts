import { html } from '#lib/html.ts'
import { sayings, stepNames } from './pages/progress.ts'
import type { Progress, ProgressStep } from './sign-in-port.ts'

const TICKED = '<span class="tick"> – done</span></li>\n'

/** Writes only what is new since the last time: a step that began, a step that ended, something to say. */
export const stepWriter = () => {
  const begun = new Set<ProgressStep['name']>()
  let open: ProgressStep['name'] | undefined
  let said: Progress['say']
  const close = (): string => {
    const text = open === undefined ? '' : TICKED
    open = undefined
    return text
  }
  const begin = (name: ProgressStep['name']): string => {
    const text = close()
    begun.add(name)
    open = name
    return `${text}<li class="now">${html`${stepNames[name]}`}`
  }
  const step = ({ name, state }: ProgressStep): string => {
    const beginning = state !== 'next' && !begun.has(name) ? begin(name) : ''
    return beginning + (state === 'done' && open === name ? close() : '')
  }
  const say = (saying: Progress['say']): string => {
    if (saying === undefined || saying === said) return ''
    said = saying
    const text = sayings[saying]
    return (open === undefined ? html`<li class="say">${text}</li>\n` : html`<span class="say">${text}</span>`).toString()
  }
  return ({ steps, say: saying, done }: Progress): string => steps.map(step).join('') + (done ? close() : '') + say(saying)
}
