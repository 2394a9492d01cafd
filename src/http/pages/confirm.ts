import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { address } from './address.ts'
import { drawingOf } from './brands.ts'
import { linkTo, type View } from './layout.ts'

const PERSON = drawingOf('database')

/** "You are A: continue, or switch": nobody becomes somebody else without having said so. */
export const confirm = ({ service, who, expected, action }: Extract<Page, { name: 'confirm' }>): View => ({
  title: 'Which account?',
  policy: 'form',
  content: html`<h1>Continue with this account?</h1>
<p class="lead">to go on to ${service}</p>
<p class="identity">${PERSON}<span>You are signed in as <span class="strong">${address(who)}</span></span></p>
${
  expected !== undefined &&
  html`<div class="notice"><p>${service} asked for <span class="strong">${address(expected)}</span>. If that is you, use the account that belongs to it.</p></div>`
}
<form method="post" action="${linkTo(action)}" class="stack">
<button class="button primary" type="submit" name="choice" value="continue">Continue</button>
<button class="button" type="submit" name="choice" value="switch">Use another account</button>
</form>
`,
})
