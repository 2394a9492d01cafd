import { failures } from '#kernel/errors.ts'
import type { Choice, EmailField, Page } from '#kernel/page.ts'
import { type Html, html } from '#lib/html.ts'
import { drawingOf } from './brands.ts'
import { emailForm, emailSummary, emailTrouble } from './email-form.ts'
import { linkTo, type View } from './layout.ts'

const SHOWN = 5

/** The ways to sign in: an address that leads to one, and links, which work without script and lead off our origin without a form. */
export const chooser = (page: Extract<Page, { name: 'chooser' }>): View => {
  const { email, otherWays } = page
  const notice = page.notice && failures[page.notice]
  const trouble = email && emailTrouble(email)
  const ordered = [...page.choices].sort((one, other) => Number(other.lastUsed) - Number(one.lastUsed))
  return {
    title: trouble === undefined ? 'Sign in' : 'Problem: Sign in',
    policy: email ? 'form' : 'page',
    content: html`<h1>Sign in</h1>
<p class="lead">to continue to ${page.service}</p>
${notice && html`<div class="notice" role="status"><p class="strong">${notice.heading}</p><p>${notice.message}</p></div>`}
${trouble !== undefined && emailSummary(trouble)}
${email && emailPart(email, ordered)}
${ordered.length === 0 ? html`<p>There is no way to sign in here yet. Contact the person who invited you.</p>` : choices(ordered)}
${otherWays !== undefined && html`<p class="after"><a href="${linkTo(otherWays)}">Sign in another way</a></p>`}
`,
  }
}

const emailPart = (email: EmailField, ordered: readonly Choice[]): Html => {
  const isLikely = email.problem !== undefined || !ordered[0]?.lastUsed
  return html`${emailForm(email, isLikely)}${ordered.length > 0 && html`<p class="or">or</p>`}`
}

const choices = (ordered: readonly Choice[]): Html => {
  const more = ordered.slice(SHOWN)
  return html`<ul class="choices">${ordered.slice(0, SHOWN).map(choice)}</ul>
${more.length > 0 && html`<details class="more"><summary>Show ${more.length} more</summary><ul class="choices">${more.map(choice)}</ul></details>`}`
}

const choice = ({ label, brand, href, lastUsed }: Choice): Html =>
  html`<li><a class="button choice" href="${linkTo(href)}">${drawingOf(brand)}<span>Continue with ${label}</span>${lastUsed && html`<small>last used</small>`}</a></li>`
