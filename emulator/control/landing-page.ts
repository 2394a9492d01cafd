import { html } from 'hono/html'
import { type GooglePerson, googlePeople } from '../google/people.ts'
import type { Site } from '../journal.ts'
import { type Markup, nothing, page } from '../page.ts'
import type { ScenarioReading } from '../scenarios.ts'
import { facebookPeople, githubPeople, linkedinPeople } from '../social/people.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import type { DirectoryUser, Domain } from '../world-state.ts'
import type { DemoLinks } from './demo-links.ts'

export interface LandingOptions {
  readonly world: World
  readonly addresses: Addresses
  /** Usher's public address. */
  readonly usher: string
  readonly demo: DemoLinks
}

const GUEST_PAGE = '/sites/partners'

const start = ({ addresses, usher, demo }: LandingOptions, domain: Domain | undefined): Markup => {
  const query = `wa=wsignin1.0&whr=${domain?.name ?? ''}&wreply=${encodeURIComponent(`${addresses.service}${GUEST_PAGE}`)}`
  return html`<section>
<h2>Start here</h2>
<p>Contoso wants people outside of its directory to use its Microsoft 365: contractors, partners, customers. They sign in with
an account they already have. Usher, at <code>${usher}</code>, lets them in, makes them an account in Entra with a license
while they watch, and Microsoft takes it from there. Microsoft and the others are emulated here; nothing leaves this machine.</p>
<p><a class="button" href="${addresses.login}/">Sign in to Microsoft 365 as a guest</a><br>
<span class="soft">As from any Microsoft page: type any name that ends in <code>@${domain?.name ?? 'the guests’ domain'}</code>.</span></p>
<p><a class="button" href="${addresses.login}/login.srf?${query}">Open a shared page at Contoso</a><br>
<span class="soft">As from a link in a mail: Microsoft knows from it where its readers sign in.</span></p>
${demo.links.map(
  (link) => html`<p><a class="button" href="${link.address}">${link.title}</a><br><span class="soft">${link.sentence}</span></p>`,
)}
</section>`
}

const rowsOf = (provider: string, people: readonly GooglePerson[]): readonly Markup[] =>
  people.map(
    (person) => html`<tr><td>${person.givenName} ${person.familyName} <span class="soft">${person.email}</span></td>
<td>with ${provider}${person.isEmailVerified ? '' : ', where this address is not verified'}</td></tr>`,
  )

/** Whether anybody uses this pretend provider. */
const isUsed = ({ state }: World, site: Site): boolean => Object.keys(state.socialClients ?? {}).some((name) => name.startsWith(`${site} `))

const whoCanSignIn = ({ world, demo }: LandingOptions): Markup => html`<section>
<h2>Who can sign in</h2>
<table><thead><tr><th scope="col">Person</th><th scope="col">How</th></tr></thead><tbody>
${rowsOf('Google', googlePeople)}
${isUsed(world, 'linkedin') ? rowsOf('LinkedIn', linkedinPeople) : nothing}
${isUsed(world, 'facebook') ? rowsOf('Facebook', facebookPeople) : nothing}
${isUsed(world, 'github') ? rowsOf('GitHub', githubPeople) : nothing}
${demo.people.map((person) => html`<tr><td>${person.name}</td><td>${person.how}</td></tr>`)}
</tbody></table></section>`

const licensesOf = (world: World, user: DirectoryUser): string =>
  user.assignedLicenses.map(({ skuId }) => world.state.skus[skuId]?.name ?? skuId).join(', ') || 'no license'

const personAction = (user: DirectoryUser, action: string, label: string): Markup =>
  html`<form method="post" action="/users/${user.id}/${action}"><button class="quiet">${label}<span class="unseen"> ${user.displayName}</span></button></form>`

const personRow = (world: World, user: DirectoryUser): Markup => {
  const isOurs = user.madeBy !== 'administrator'
  const change = user.accountEnabled ? personAction(user, 'disable', 'Disable') : personAction(user, 'enable', 'Enable')
  return html`<tr><td>${user.displayName}${user.accountEnabled ? '' : html` <span class="warn">disabled</span>`}<br>
<span class="soft">${user.userPrincipalName}</span></td><td>${licensesOf(world, user)}</td>
<td>${isOurs ? 'Usher' : 'Contoso'}</td><td>${change} ${personAction(user, 'remove', 'Remove')}</td></tr>`
}

const directory = ({ world }: LandingOptions): Markup => html`<section>
<h2>People in Contoso’s Entra ID</h2>
<div class="scroll" tabindex="0" role="region" aria-label="People">
<table><thead><tr><th scope="col">Person</th><th scope="col">License</th><th scope="col">Made by</th><th scope="col">An administrator could</th></tr></thead>
<tbody>${world.truth.live().map((user) => personRow(world, user))}</tbody></table></div>
<h2>Licenses</h2>
<table><thead><tr><th scope="col">License</th><th scope="col">In use</th><th scope="col">Free</th></tr></thead><tbody>
${Object.values(world.state.skus).map((sku) => {
  const seats = world.seats(sku.skuId)
  return html`<tr><td>${sku.name}</td><td>${seats?.consumed ?? 0} of ${seats?.enabled ?? 0}</td><td>${seats?.free ?? 0}</td></tr>`
})}
</tbody></table></section>`

const scenarioRow = ({ name, on, sentence }: ScenarioReading): Markup => html`<tr>
<td>${sentence}<br><code class="soft">${name}</code></td>
<td>${on ? html`<strong>on</strong>` : 'off'}</td>
<td><form method="post" action="/scenario/${name}"><input type="hidden" name="on" value="${on ? 'false' : 'true'}">
<button class="quiet">Turn ${on ? 'off' : 'on'}<span class="unseen">: ${name}</span></button></form></td></tr>`

const scenarios = ({ world }: LandingOptions): Markup => html`<section>
<h2>What if …</h2>
<p class="soft">Make Microsoft’s or Google’s side behave badly, then sign in. All of these are off after a restart.</p>
<table><thead><tr><th scope="col">Scenario</th><th scope="col">Now</th><th scope="col">Switch</th></tr></thead>
<tbody>${world.scenarios.list().map(scenarioRow)}</tbody></table></section>`

/** The first page of the demo. */
export const landingPage = (options: LandingOptions): Markup => {
  const federated = Object.values(options.world.state.domains).filter(({ federation }) => federation !== undefined)
  const [first] = federated
  const guests = federated.find(({ name }) => name.startsWith('guests.')) ?? first
  const notYet = html`<p class="warn">No domain trusts Usher yet: the demo is still starting.</p>`
  return page({
    title: 'Guests in Microsoft 365, with the account they have',
    banner: 'Usher demo',
    body: html`${guests === undefined ? notYet : nothing}${start(options, guests)}${whoCanSignIn(options)}
${directory(options)}${scenarios(options)}`,
  })
}
