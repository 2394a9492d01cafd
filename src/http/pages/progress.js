// Follows the sign-in by events. The page would otherwise stream its steps: what is still to come of it is stopped here.
const list = document.getElementById('steps')
const say = document.getElementById('say')
const bar = document.querySelector('progress')
const { events, next } = list.dataset
window.stop()

const title = document.title
const show = ({ steps, say: text }) => {
  const done = steps.filter((step) => step.state === 'done').length
  const current = steps.find((step) => step.state === 'now')
  list.replaceChildren(
    ...steps.map((step) => {
      const item = document.createElement('li')
      item.className = step.state
      item.textContent = step.text
      if (step.state === 'now') item.setAttribute('aria-current', 'step')
      return item
    }),
  )
  bar.hidden = steps.length === 0
  bar.max = steps.length || 1
  bar.value = Math.max(bar.value, done + (current ? 0.5 : 0))
  const line = text ?? (current ? `Step ${done + 1} of ${steps.length}: ${current.text}` : '')
  if (say.textContent !== line) say.textContent = line
  document.title = current ? `Step ${done + 1} of ${steps.length} – ${title}` : title
}

const goOn = () => {
  document.title = title
  location.replace(next)
}

// A lost line comes back by itself; one that was refused does not, for example while we are being restarted behind a proxy.
const TRIES = 5
const PAUSE_MS = 2_000
let refusals = 0
const follow = () => {
  const source = new EventSource(events)
  source.addEventListener('progress', (event) => {
    refusals = 0
    show(JSON.parse(event.data))
  })
  source.addEventListener('done', () => {
    source.close()
    goOn()
  })
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return
    refusals += 1
    setTimeout(refusals < TRIES ? follow : goOn, PAUSE_MS)
  })
}
follow()
