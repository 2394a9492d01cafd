import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { address } from './address.ts'
import type { View } from './layout.ts'

/** What a connection said about whoever tried it. Nothing leads on from here. */
export const connectionTest = ({ label, profile, user, subject }: Extract<Page, { name: 'connection-test' }>): View => ({
  title: 'The connection works',
  policy: 'page',
  content: html`<h1>${label} works</h1>
<p>This was a test. Nobody was signed in, and no account was made. You can close this page.</p>
${subject !== undefined && html`<h2>The subject of a token</h2>\n<pre>${address(subject)}</pre>\n`}<h2>What rules would see as the user</h2>
<pre>${address(user)}</pre>
<h2>What the provider said</h2>
<pre>${address(profile)}</pre>
`,
})
