import { failures } from '#kernel/errors.ts'
import type { Choice, Page } from '#kernel/page.ts'
import { type Html, html } from '#lib/html.ts'
import { drawingOf } from './brands.ts'
import { linkTo, type View } from './layout.ts'

const SHOWN = 5

/** The ways to sign in, as links: they work without script and lead off our origin without a form. */
export const chooser = (page: Extract<Page, { name: 'chooser' }>): View => {
  const notice = page.notice && failures[page.notice]
  const ordered = [...page.choices].sort((one, other) => Number(other.lastUsed) - Number(one.lastUsed))
  return {
    title: 'Sign in',
    policy: 'page',
    content: html`<h1>Sign in</h1>
<p class="lead">to continue to ${page.service}</p>
${notice && html`<div class="notice" role="status"><p class="strong">${notice.heading}</p><p>${notice.message}</p></div>`}
${ordered.length === 0 ? html`<p>There is no way to sign in here yet. Contact the person who invited you.</p>` : choices(ordered)}
`,
  }
}

const choices = (ordered: readonly Choice[]): Html => {
  const more = ordered.slice(SHOWN)
  return html`<ul class="choices">${ordered.slice(0, SHOWN).map(choice)}</ul>
${more.length > 0 && html`<details class="more"><summary>Show ${more.length} more</summary><ul class="choices">${more.map(choice)}</ul></details>`}`
}

const choice = ({ label, brand, href, lastUsed }: Choice): Html =>
  html`<li><a class="button choice" href="${linkTo(href)}">${drawingOf(brand)}<span>Continue with ${label}</span>${lastUsed && html`<small>last used</small>`}</a></li>`
