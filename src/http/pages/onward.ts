import { html } from '#lib/html.ts'
import { button, type View } from './layout.ts'

/** Goes on at once, by itself; the link is for browsers that do not. */
export const onward = (location: string): View => ({
  title: 'Taking you on',
  policy: 'page',
  refresh: { seconds: 0, to: location },
  content: html`<h1>Taking you on</h1>
<p>If nothing happens, choose Continue.</p>
${button('Continue', location)}
`,
})
