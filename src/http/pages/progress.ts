import { type Html, html } from '#lib/html.ts'
import { shortReference } from '#lib/reference.ts'
import { assets } from '../assets.ts'
import type { Progress, ProgressStep } from '../sign-in-port.ts'
import { button, cardTop, END, type Frame, footer, opening } from './layout.ts'

/** What each step is called on the page. */
export const stepNames = {
  check: 'Checking your account',
  create: 'Creating your Microsoft 365 account',
  license: 'Adding your license',
  settle: 'Waiting for Microsoft to be ready',
} as const satisfies Record<ProgressStep['name'], string>

export const sayings = {
  longer: 'Taking a little longer than usual. Nothing is wrong.',
  minute: 'You can close this page. We keep going; use the same link again.',
} as const satisfies Record<NonNullable<Progress['say']>, string>

/** The addresses a progress page needs: how it goes, and where it ends. */
export interface ProgressLinks {
  readonly events: string
  readonly next: string
}

/**
 * The page up to where the steps are written. With script, the script stops the rest and follows the events instead;
 * without, what follows is streamed as it happens. So everything else stands here, the footer too; the style sheet puts
 * it below the steps.
 */
export const progressOpening = ({ events, next }: ProgressLinks, frame: Frame): Html =>
  html`${opening('Setting up your account', frame)}${footer(frame)}${cardTop(frame)}<h1>Setting up your account</h1>
<p class="lead">This happens once. You can leave this page open; it goes on by itself.</p>
<dl class="reference last"><dt>Reference</dt><dd>${shortReference(frame.correlation)}</dd></dl>
<progress class="bar" aria-label="Setting up your account" hidden></progress>
<p id="say" role="status"></p>
<ol class="steps" id="steps" data-events="${events}" data-next="${next}"><script src="${assets.progress.path}"></script>
`

/** The end of the streamed page: a button, and a refresh that needs nobody to press it. */
export const progressClosing = (next: string): Html =>
  html`</ol>
<p class="strong" role="status">All set.</p>
${button('Continue', next)}
<meta http-equiv="refresh" content="0; url=${next}">
</main>
${END}`

/** A stream that ended early because we are being restarted. */
export const progressInterrupted = (next: string): Html =>
  html`</ol>
<p role="status">One moment. This page looks again by itself.</p>
${button('Look again now', next)}
<meta http-equiv="refresh" content="5; url=${next}">
</main>
${END}`
