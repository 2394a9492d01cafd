import { html } from 'hono/html'
import { type Markup, nothing, page } from '../page.ts'
import type { SignInRefused } from './refusal.ts'

const BANNER = 'Microsoft'

export interface NamePageOptions {
  readonly username: string
  readonly target: string
  readonly shape: string
  readonly complaint?: string
}

/** Where a person types their address. Only its domain decides where they are sent. */
export const namePage = ({ username, target, shape, complaint }: NamePageOptions): Markup =>
  page({
    title: 'Sign in',
    banner: BANNER,
    body: html`<div class="card narrow">
${complaint === undefined ? nothing : html`<p class="warn" role="alert">${complaint}</p>`}
<form method="get" action="/common/oauth2/authorize">
<label>Email, phone, or Skype
<input name="username" value="${username}" autocomplete="username" required autofocus></label>
<input type="hidden" name="target" value="${target}">
<input type="hidden" name="shape" value="${shape}">
<p><button>Next</button></p>
</form>
<p class="soft">Any name before the @ will do: Microsoft only looks at the domain.</p>
</div>`,
  })

/** Microsoft's answer to a token it does not take. */
export const refusalPage = (refusal: SignInRefused, correlationId: string, at: number): Markup =>
  page({
    title: 'Sorry, but we’re having trouble signing you in.',
    banner: BANNER,
    body: html`<div class="card">
<p class="warn">AADSTS${refusal.code}: ${refusal.message}</p>
<dl><dt>Correlation ID</dt><dd>${correlationId}</dd><dt>Timestamp</dt><dd>${new Date(at).toISOString()}</dd></dl>
<p><a href="/">Sign in again</a></p>
</div>`,
  })

export const signedOutPage = (cleanUpAt: string | undefined): Markup =>
  page({
    title: 'You signed out of your account',
    banner: BANNER,
    body: html`<div class="card"><p>It’s a good idea to close all browser windows.</p>
<p><a href="/">Sign in again</a></p>
${cleanUpAt === undefined ? nothing : html`<img src="${cleanUpAt}" alt="" width="1" height="1">`}</div>`,
  })
