import { html } from 'hono/html'
import { type Markup, page } from '../page.ts'
import type { ServiceSession } from '../service-session.ts'
import type { Addresses } from '../sites.ts'
import type { DirectoryUser } from '../world-state.ts'

const BANNER = 'Contoso on Microsoft 365'

export interface Arrival {
  readonly user: DirectoryUser
  /** Their names, as people call them. */
  readonly licenses: readonly string[]
  readonly session: ServiceSession
  readonly path: string
}

/** Who arrived, where, and with which license. */
export const arrivalPage = ({ user, licenses, session, path }: Arrival, addresses: Addresses): Markup =>
  page({
    title: `Welcome, ${user.displayName}`,
    banner: BANNER,
    body: html`<section>
<p>You have arrived in Microsoft 365. This is what it knows about you:</p>
<dl>
<dt>Name</dt><dd id="display-name">${user.displayName}</dd>
<dt>Account</dt><dd id="upn">${user.userPrincipalName}</dd>
<dt>License</dt><dd id="licenses">${licenses.length === 0 ? 'none' : licenses.join(', ')}</dd>
<dt>Second factor</dt><dd id="second-factor">${session.hasSecondFactor ? 'yes' : 'no'}</dd>
<dt>Signed in</dt><dd>${new Date(session.at).toISOString()}</dd>
<dt>Opened</dt><dd id="path"><code>${path}</code></dd>
</dl>
<p><a class="button" href="/_layouts/15/SignOut.aspx">Sign out</a> &nbsp; <a href="${addresses.control}/">Back to the demo</a></p>
</section>`,
  })

export const gonePage = (): Markup =>
  page({
    title: 'Your account is not here any more',
    banner: BANNER,
    body: html`<section><p>It was removed after you signed in.</p>
<p><a class="button" href="/_layouts/15/SignOut.aspx">Sign out</a></p></section>`,
  })
