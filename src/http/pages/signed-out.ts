import type { Page } from '#kernel/page.ts'
import { type Html, html } from '#lib/html.ts'
import { address } from './address.ts'
import { button, type Frame, linkTo, type View } from './layout.ts'

type SignedOut = Extract<Page, { name: 'signed-out' }>

/** Says exactly what is signed out, and what is not. */
export const signedOut = (page: SignedOut, { organization }: Frame): View => ({
  title: 'Signed out',
  policy: 'page',
  content: html`<h1>You are signed out</h1>
<ul class="outcome">
<li class="done">${organization.name} sign-in</li>
${others(page)}
</ul>
${page.onward !== undefined && button('Sign in again', page.onward)}
`,
})

/** Where the person may still be signed in, each place once. */
const others = ({ service, elsewhere }: SignedOut): readonly Html[] => {
  const [only, another] = elsewhere
  if (only !== undefined && another === undefined) return [stillAt(service ?? new URL(only).host, only)]
  const named = service === undefined ? [] : [html`<li>${service}: close your browser to finish</li>`]
  return only === undefined ? named : elsewhere.map((other) => stillAt(new URL(other).host, other))
}

const stillAt = (place: string, other: string): Html =>
  html`<li>${address(place)}: you may still be signed in. <a href="${linkTo(other)}">Sign out there</a></li>`
