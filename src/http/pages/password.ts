import type { Page } from '#kernel/page.ts'
import { type Html, html } from '#lib/html.ts'
import { assets } from '../assets.ts'
import { linkTo, type View } from './layout.ts'

type PasswordPage = Extract<Page, { name: 'password' }>

/** One text for every wrong pair: it does not say whether the person exists. */
const problems = {
  wrong: 'Email or password is not right. Try again.',
  missing: 'Enter your email or username, and your password.',
  too_many: 'Too many tries. Wait a few minutes, then try again.',
} as const

export const password = (page: PasswordPage): View => {
  const problem = page.problem && problems[page.problem]
  return {
    title: problem ? 'Problem: Sign in' : 'Sign in',
    policy: 'form',
    content: html`<h1>Sign in</h1>
<p class="lead">with ${page.label}, to continue to ${page.service}</p>
${problem && summary(problem)}
<form method="post" action="${linkTo(page.action)}">
${username(page)}
${secret(page)}
<button class="button primary" type="submit">Sign in</button>
</form>
${page.otherWays && html`<p class="after"><a href="${linkTo(page.otherWays)}">Sign in another way</a></p>`}
<script src="${assets.password.path}" defer></script>
`,
  }
}

const summary = (problem: string): Html =>
  html`<div class="notice problem" role="alert"><p class="strong">There is a problem</p><p id="problem"><a href="#password">${problem}</a></p></div>`

/** What ties a field to the problem above it. */
const marked = ({ problem }: PasswordPage): Html | false =>
  problem !== undefined && problem !== 'too_many' && html` aria-invalid="true" aria-describedby="problem"`

const username = (page: PasswordPage): Html =>
  html`<label for="username">Email or username</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required value="${page.username}"${marked(page)}${page.username === '' && html` autofocus`}>`

const secret = (page: PasswordPage): Html =>
  html`<label for="password">Password</label>
<div class="secret"><input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${marked(page)}${page.username !== '' && html` autofocus`}></div>`
