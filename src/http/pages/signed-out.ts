import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { button, type Frame, linkTo, type View } from './layout.ts'

/** Says exactly what is signed out, and what is not. */
export const signedOut = (page: Extract<Page, { name: 'signed-out' }>, { organization }: Frame): View => ({
  title: 'Signed out',
  policy: 'page',
  content: html`<h1>You are signed out</h1>
<ul class="outcome">
<li class="done">${organization.name} sign-in</li>
${page.service !== undefined && html`<li>${page.service}: close your browser to finish</li>`}
${page.elsewhere.map((address) => html`<li>You may still be signed in at ${new URL(address).host}. <a href="${linkTo(address)}">Sign out there</a></li>`)}
</ul>
${page.onward !== undefined && button('Sign in again', page.onward)}
`,
})
