// Adds a button that shows the password while it is typed. Without script there is none, and nothing is missing.
const field = document.getElementById('password')
const toggle = document.createElement('button')
toggle.type = 'button'
toggle.className = 'show'
toggle.setAttribute('aria-controls', 'password')
const say = (isShown) => {
  field.type = isShown ? 'text' : 'password'
  toggle.textContent = isShown ? 'Hide' : 'Show'
  toggle.setAttribute('aria-label', isShown ? 'Hide password' : 'Show password')
}
say(false)
toggle.addEventListener('click', () => say(field.type === 'password'))
field.form.addEventListener('submit', () => say(false))
field.after(toggle)
