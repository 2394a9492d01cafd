import type { OwnWay, Page } from '#kernel/page.ts'
import { type Html, html } from '#lib/html.ts'
import { address } from './address.ts'
import { drawingOf } from './brands.ts'
import { button, linkTo, type View } from './layout.ts'

type You = Extract<Page, { name: 'you' }>

/** Who somebody is here, by which ways they sign in, and what they can do about them. */
export const you = (page: You): View => ({
  title: 'Your ways to sign in',
  policy: 'form',
  content: html`<h1>Your ways to sign in</h1>
<p class="lead">to ${page.service}, as ${address(page.who)}</p>
${actions(page)}
${page.userPrincipalName !== undefined && html`<dl class="own"><dt>Your Microsoft 365 sign-in name</dt><dd>${address(page.userPrincipalName)}</dd></dl>`}
<ul class="ways">${page.ways.map((way) => wayItem(way, page))}</ul>
`,
})

/** Above the list, which may be long: what to do is in sight. */
const actions = ({ ways, change, again }: You): Html => html`
${advice(ways.length === 1, change !== undefined)}
${again !== undefined && html`<p>To add or remove one, sign in once more, so that we know it is you.</p>${button('Sign in once more', again)}`}
${change?.add !== undefined && html`<form method="post" action="${linkTo(change.add)}"><button class="button primary" type="submit">Add another way to sign in</button></form>`}
`

const advice = (isOnly: boolean, mayChange: boolean): Html | undefined => {
  if (isOnly) return html`<p>You have one way to sign in. With a second one you are not locked out when you lose it.</p>`
  return mayChange ? html`<p>The main one stays. Removing another one signs out whoever signed in with it.</p>` : undefined
}

const wayItem = (way: OwnWay, page: You): Html =>
  html`<li class="identity">${drawingOf(way.brand)}<span>${way.label}<span class="strong">${address(way.called)}</span></span>${way.isMain && html`<small>main</small>`}${removal(way, page)}</li>`

const removal = ({ key, label, called }: OwnWay, { change }: You): Html | undefined =>
  key === undefined || change === undefined
    ? undefined
    : html`<form method="post" action="${linkTo(change.remove)}"><button class="button" type="submit" name="way" value="${key}" aria-label="Remove ${label} ${called}">Remove</button></form>`
