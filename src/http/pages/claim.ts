import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { address } from './address.ts'
import { drawingOf } from './brands.ts'
import { linkTo, type View } from './layout.ts'

/** Names both, because whoever reads this may have been led here by somebody else. */
export const claim = ({ who, other, action, back }: Extract<Page, { name: 'claim' }>): View => ({
  title: 'Add this way to sign in?',
  policy: 'form',
  content: html`<h1>Add this way to sign in?</h1>
<p class="identity">${drawingOf(other.brand)}<span>${other.label}<span class="strong">${address(other.called)}</span></span></p>
<p>From now on it signs in as <span class="strong">${address(who)}</span>, and sees all that ${address(who)} sees.</p>
<p>Go on only if both are yours.</p>
<form method="post" action="${linkTo(action)}" class="stack">
<button class="button primary" type="submit" name="choice" value="continue">Add it</button>
<button class="button" type="submit" name="choice" value="switch">Choose another one</button>
</form>
<p class="after"><a href="${linkTo(back)}">Do not add anything</a></p>
`,
})
