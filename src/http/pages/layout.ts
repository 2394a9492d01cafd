import { type Html, html } from '#lib/html.ts'
import { shortReference } from '#lib/reference.ts'
import { assets } from '../assets.ts'
import type { Organization } from '../organization.ts'
import type { Policy } from '../security-headers.ts'

/** One page, before it is put into the frame all pages share. */
export interface View {
  readonly title: string
  readonly content: Html
  readonly policy: Policy
  /** Seconds after which the browser goes on by itself, and where. */
  readonly refresh?: { readonly seconds: number; readonly to: string }
}

/** What every page knows: who invites people here, and when and under which correlation this visit runs. */
export interface Frame {
  readonly organization: Organization
  readonly at: number
  readonly correlation: string
}

const HEAD = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${assets.style.path}">
<link rel="icon" href="${assets.icon.path}" type="image/svg+xml">
`

/** Everything up to the card. */
export const opening = (title: string, { organization }: Pick<Frame, 'organization'>): Html =>
  html`${HEAD}<title>${title} – ${organization.name}</title>
</head>
<body>
`

export const cardTop = ({ organization }: Pick<Frame, 'organization'>): Html => html`<main>
<p class="organization"><span class="mark" aria-hidden="true">${initialOf(organization)}</span>${organization.name}</p>
`

/** What stands for an organization that has no picture. */
const initialOf = ({ name }: Organization): string => (Array.from(name)[0] ?? '').toUpperCase()

/** The same links in the same order on every page (WCAG 2.2, criterion 3.2.6). */
export const footer = (frame: Frame): Html | undefined => {
  const { helpUrl, privacyUrl, termsUrl } = frame.organization
  if (!(helpUrl || privacyUrl || termsUrl)) return undefined
  return html`<footer>
${helpUrl !== undefined && html`<a href="${helpAt(helpUrl, frame)}">Get help signing in</a>`}
${privacyUrl !== undefined && html`<a href="${linkTo(privacyUrl)}">Privacy</a>`}
${termsUrl !== undefined && html`<a href="${linkTo(termsUrl)}">Terms</a>`}
</footer>
`
}

/** A mail asking for help names the visit it is about. */
const helpAt = (address: string, { correlation }: Frame): string => {
  if (!/^mailto:[^?]+$/i.test(address)) return linkTo(address)
  return `${address}?subject=${encodeURIComponent(`Help signing in, reference ${shortReference(correlation)}`)}`
}

export const END = html`</body>
</html>
`

export const layout = (view: View, frame: Frame): Html =>
  html`${opening(view.title, frame)}${cardTop(frame)}${view.content}</main>
${footer(frame)}${END}`

/** An address a page may link to: our own path, or http(s). Anything else is a defect, whoever made it. */
export const linkTo = (address: string): string => {
  const isPath = /^\/(?![/\\])/.test(address)
  if (!isPath && !/^https?:\/\//i.test(address)) throw new TypeError('a page may not link to this address')
  return address
}

export const button = (label: string, address: string): Html => html`<a class="button primary" href="${linkTo(address)}">${label}</a>`
