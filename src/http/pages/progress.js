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

const source = new EventSource(events)
source.addEventListener('progress', (event) => show(JSON.parse(event.data)))
source.addEventListener('done', () => {
  source.close()
  document.title = title
  location.replace(next)
})
