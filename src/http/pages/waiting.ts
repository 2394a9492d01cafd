import { failures } from '#kernel/errors.ts'
import type { Page } from '#kernel/page.ts'
import { html } from '#lib/html.ts'
import { button, type Frame, linkTo, type View } from './layout.ts'
import { details } from './problem.ts'

const LOOK_AGAIN_SECONDS = 60

/** Waiting for hours rather than seconds: says for what, and looks again by itself. */
export const waiting = (page: Extract<Page, { name: 'waiting' }>, frame: Frame): View => {
  const failure = failures[page.failure]
  return {
    title: failure.heading,
    policy: 'page',
    refresh: { seconds: LOOK_AGAIN_SECONDS, to: linkTo(page.again) },
    content: html`<h1>${failure.heading}</h1>
<p>${failure.message}</p>
<p>This page looks again every minute. You can close it.</p>
${button('Look again now', page.again)}
${details(page, frame)}
`,
  }
}
