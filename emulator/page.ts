import { html, raw } from 'hono/html'

/** Markup that is already escaped. */
export type Markup = ReturnType<typeof html>

export interface PageOptions {
  readonly title: string
  /** Which of the pretend sites this is; shown above everything. */
  readonly banner: string
  readonly body: Markup
}

/** A whole page: no scripts, light and dark by the reader's choice. */
export const page = ({ title, banner, body }: PageOptions): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/emulator.css">
</head>
<body>
<header><p>${banner} <span>emulated for this demo</span></p></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`

export const nothing: Markup = raw('')

/** What every page of these sites allows. Forms here lead off the site by redirect, so form-action is left out. */
export const contentSecurityPolicy = (imagesFrom = ''): string =>
  `default-src 'none'; style-src 'self'; img-src data: ${imagesFrom}; base-uri 'none'; frame-ancestors 'none'`

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy(),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

export const stylesheet = `
:root { color-scheme: light dark; --ink: #1b1a19; --soft: #605e5c; --paper: #fff; --ground: #f3f2f1; --line: #d2d0ce;
  --accent: #0b5cad; --on-accent: #fff; --warn: #a4262c }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f3f2f1; --soft: #c8c6c4; --paper: #252423; --ground: #11100f; --line: #484644;
    --accent: #7ab8f5; --on-accent: #10202f; --warn: #ff9a93 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
header { border-bottom: 1px solid var(--line); background: var(--paper) }
header p { max-width: 52rem; margin: 0 auto; padding: .6rem 1rem; font-weight: 600 }
header span { color: var(--soft); font-weight: 400; font-size: .875rem }
main { max-width: 52rem; margin: 1.5rem auto; padding: 0 1rem 2rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem }
a { color: var(--accent) }
section, .card { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 1rem 0 }
section h2 { margin-top: 0 }
.narrow { max-width: 26rem; margin-inline: auto }
.soft { color: var(--soft) }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.warn { color: var(--warn); font-weight: 600 }
label { display: block; margin: .5rem 0; font-weight: 600 }
input { width: 100%; padding: .5rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--soft); border-radius: .25rem }
button, .button { display: inline-block; padding: .5rem 1rem; font: inherit; font-weight: 600; text-decoration: none;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: .25rem; cursor: pointer; margin: .15rem 0 }
button.quiet { color: inherit; background: none; border: 1px solid var(--soft); padding: .25rem .75rem }
.choice { display: block; width: 100%; margin: .5rem 0; text-align: left; font-weight: 400 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .35rem 1rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
form { margin: 0 }
td form { display: inline-block }
.scroll { overflow-x: auto }
code { font-size: .9em; overflow-wrap: anywhere }
`
