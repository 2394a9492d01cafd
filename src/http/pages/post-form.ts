import { escapeHtml, escapeQuoted, inAscii } from '#lib/html.ts'
import type { Organization } from '../organization.ts'

/** With script nobody has to press the button. */
export const SUBMIT_SCRIPT = 'HTMLFormElement.prototype.submit.call(document.forms[0])'

/** The page is left before a style sheet would arrive, and stands until the relying party answers: so it brings its looks along. */
export const OWN_STYLE = `:root{color-scheme:light dark;--ground:#f2f4f8;--ink:#191c22;--accent:#1f5fbf;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ground:#101317;--ink:#eceff4;--accent:#8fb8ff;--on:#0b1b33}}
html{font:100%/1.5 "Segoe UI",system-ui,-apple-system,Roboto,"Helvetica Neue",Arial,sans-serif;background:var(--ground);color:var(--ink)}
body{margin:0;min-height:100vh;display:grid;place-items:center;text-align:center;padding:1rem;box-sizing:border-box}
main{width:100%;max-width:23rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;font-weight:600;margin:0 0 .5rem}
p{margin:0 0 1rem}
button{width:100%;min-height:2.75rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on);font:inherit;font-weight:600}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`

const MIDDLE = `
<p>If nothing happens, choose Continue.</p>
<button type="submit">Continue</button>
</form>
</main>
<script>${SUBMIT_SCRIPT}</script>
</body>
</html>
`

interface PostForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** Set where somebody is taken to where they sign in, rather than on with an answer. */
  readonly isDeparture?: true
}

/**
 * The page that carries an answer to a relying party, or somebody to where they sign in. It is on the way of every sign-in,
 * so its fixed parts are written once and its values are put between them by hand, each escaped for the quoted attribute it
 * stands in.
 */
export const postFormPage = (organization: Organization) => {
  const heads = { onward: headOf(organization, 'You are signed in'), departure: headOf(organization, 'Taking you to sign in') }
  return ({ action, fields, isDeparture }: PostForm): string => {
    let page = `${isDeparture ? heads.departure : heads.onward}${escapeQuoted(action)}'>`
    for (const name in fields) page += `<input type="hidden" name="${escapeHtml(name)}" value='${escapeQuoted(fields[name] ?? '')}'>`
    return page + MIDDLE
  }
}

const headOf = (organization: Organization, heading: string): string =>
  inAscii(`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Taking you on – ${escapeHtml(organization.name)}</title>
<style>${OWN_STYLE}</style>
</head>
<body>
<main>
<p>${escapeHtml(organization.name)}</p>
<h1>${heading}</h1>
<form method="post" action='`)
