import { type FailureCode, failures } from '#kernel/errors.ts'
import { escapeHtml, type Html, html } from '#lib/html.ts'
import { shortReference } from '#lib/reference.ts'
import { button, type Frame, type View } from './layout.ts'

export interface Problem {
  readonly failure: FailureCode
  /** The correlation; empty when the sign-in is not known any more. */
  readonly reference: string
  readonly again?: string
  readonly home?: string
  readonly said?: string
  readonly otherAccount?: string
}

/** What happened, what to do, and the reference to give when asking for help. */
export const problem = (page: Problem, frame: Frame): View => {
  const failure = failures[page.failure]
  return {
    title: `Problem: ${failure.heading}`,
    policy: 'page',
    content: html`<h1>${failure.heading}</h1>
${page.said !== undefined && html`<p>${page.said}</p>\n`}<p>${failure.message}</p>
${page.again !== undefined && button('Try again', page.again)}
${page.home !== undefined && button('Back to your page', page.home)}
${page.otherAccount !== undefined && html`<p class="after"><a href="${page.otherAccount}">Use another account</a></p>`}
${details(page, frame)}
`,
  }
}

/** The facts an administrator asks for first. */
export const details = (page: Problem, { at, correlation }: Frame): Html =>
  html`<dl class="reference"><dt>Reference</dt><dd>${shortReference(page.reference || correlation)}</dd></dl>
<details class="support"><summary>Details for IT support</summary>
<dl><dt>Code</dt><dd>${page.failure}</dd><dt>Time</dt><dd><time datetime="${new Date(at).toISOString()}">${utc(at)}</time></dd><dt>Correlation</dt><dd>${page.reference || correlation}</dd></dl></details>`

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** The least a person must be told, for when there is no visit to make a page for, or no page can be made. */
export const plainProblem = (code: FailureCode, reference: string): string => {
  const { heading, message } = failures[code]
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Problem: ${escapeHtml(heading)}</title></head>
<body><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(message)}</p><p>Reference ${escapeHtml(reference)}</p></main></body>
</html>
`
}
