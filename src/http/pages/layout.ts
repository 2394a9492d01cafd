import { Html, html } from '#lib/html.ts'
import { assets } from '../assets.ts'
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
  readonly organization: string
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

/** Everything up to the page's own content, and everything after it. */
export const opening = (title: string, { organization }: Pick<Frame, 'organization'>): Html =>
  html`${HEAD}<title>${title} – ${organization}</title>
</head>
<body>
<main>
<p class="organization">${organization}</p>
`

export const CLOSING = html`</main>
</body>
</html>
`

export const layout = (view: View, frame: Frame): Html => html`${opening(view.title, frame)}${view.content}${CLOSING}`

/** An address a page may link to: our own path, or http(s). Anything else is a defect, whoever made it. */
export const linkTo = (address: string): string => {
  const isPath = /^\/(?![/\\])/.test(address)
  if (!isPath && !/^https?:\/\//i.test(address)) throw new TypeError('a page may not link to this address')
  return address
}

export const button = (label: string, address: string): Html => html`<a class="button primary" href="${linkTo(address)}">${label}</a>`
