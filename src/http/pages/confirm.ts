import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { linkTo, type View } from './layout.ts'

/** "You are A: continue, or switch": nobody becomes somebody else without having said so. */
export const confirm = ({ service, who, expected, action }: Extract<Page, { name: 'confirm' }>): View => ({
  title: 'Which account?',
  policy: 'form',
  content: html`<h1>You are signed in as ${who}</h1>
<p class="lead">to continue to ${service}</p>
${
  expected !== undefined &&
  html`<div class="notice"><p>${service} asked for <span class="strong">${expected}</span>. If that is you, choose the account that belongs to it.</p></div>`
}
<form method="post" action="${linkTo(action)}" class="stack">
<button class="button primary" type="submit" name="choice" value="continue">Continue as ${who}</button>
<button class="button" type="submit" name="choice" value="switch">Use another account</button>
</form>
`,
})
