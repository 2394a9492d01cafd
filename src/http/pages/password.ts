import type { Page } from '#kernel/page.ts'
import { type Attributes, attributes, type Html, html } from '#lib/html.ts'
import { assets } from '../assets.ts'
import { linkTo, type View } from './layout.ts'

type PasswordPage = Extract<Page, { name: 'password' }>
type Field = 'username' | 'password'

/** What went wrong, and the fields it is about; the first of them is where to go on. */
interface Trouble {
  readonly text: string
  readonly fields: readonly Field[]
}

export const password = (page: PasswordPage): View => {
  const trouble = troubleOf(page)
  return {
    title: trouble ? 'Problem: Sign in' : 'Sign in',
    policy: 'form',
    content: html`<h1>Sign in</h1>
<p class="lead">with ${page.label}, to continue to ${page.service}</p>
${trouble && summary(trouble)}
<form method="post" action="${linkTo(page.action)}">
${username(page, trouble)}
${secret(page, trouble)}
<button class="button primary" type="submit">Sign in</button>
</form>
${page.otherWays !== undefined && html`<p class="after"><a href="${linkTo(page.otherWays)}">Sign in another way</a></p>`}
<script src="${assets.password.path}" defer></script>
`,
  }
}

const troubleOf = ({ problem, username: typed }: PasswordPage): Trouble | undefined => {
  switch (problem) {
    case undefined:
      return undefined
    case 'wrong':
      // One text for every wrong pair: it does not say whether the person exists.
      return { text: 'Email or password is not right. Try again.', fields: ['password', 'username'] }
    case 'missing':
      return typed === ''
        ? { text: 'Enter your email or username, and your password.', fields: ['username'] }
        : { text: 'Enter your password.', fields: ['password'] }
    case 'too_many':
      return { text: 'Too many tries. Wait a few minutes, then try again.', fields: [] }
  }
}

const summary = ({ text, fields: [first] }: Trouble): Html =>
  html`<div class="notice problem" role="alert"><p class="strong">There is a problem</p><p id="problem">${first === undefined ? text : html`<a href="#${first}">${text}</a>`}</p></div>`

/** What ties a field to the problem above it, and the cursor to the field to go on with. */
const marks = (field: Field, { username: typed }: PasswordPage, trouble: Trouble | undefined): Attributes => {
  const isTroubled = trouble?.fields.includes(field) === true
  const first = trouble?.fields[0] ?? (typed === '' ? 'username' : 'password')
  return attributes({ ...(isTroubled && { 'aria-invalid': 'true', 'aria-describedby': 'problem' }), autofocus: first === field })
}

const username = (page: PasswordPage, trouble: Trouble | undefined): Html =>
  html`<label for="username">Email or username</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required value="${page.username}"${marks('username', page, trouble)}>`

const secret = (page: PasswordPage, trouble: Trouble | undefined): Html =>
  html`<label for="password">Password</label>
<div class="secret"><input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${marks('password', page, trouble)}></div>`
