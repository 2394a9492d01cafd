import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { button, type View } from './layout.ts'

/** A sign-in that was answered already, opened once more, for example with the back button. */
export const finished = ({ service, onward }: Extract<Page, { name: 'finished' }>): View => ({
  title: 'You have signed in already',
  policy: 'page',
  content: html`<h1>You have signed in already</h1>
<p>This page has done its work. Go on to ${service}.</p>
${button('Continue', onward)}
`,
})
