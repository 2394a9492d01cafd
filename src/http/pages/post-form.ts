import { escapeHtml, escapeQuoted } from '#lib/html.ts'
import { assets } from '../assets.ts'
import type { Organization } from '../organization.ts'
import { initialOf } from './layout.ts'

/** Runs before the style sheet is asked for: with script nobody sees this page. */
export const SUBMIT_SCRIPT = 'HTMLFormElement.prototype.submit.call(document.forms[0])'

const MIDDLE = `
<p>If nothing happens, choose Continue.</p>
<button class="button primary" type="submit">Continue</button>
</form>
</main>
<script>${SUBMIT_SCRIPT}</script>
<link rel="stylesheet" href="${assets.style.path}">
</body>
</html>
`

/**
 * The page that carries an answer to a relying party. It is on the way of every sign-in, so its fixed parts are written
 * once and its values are put between them by hand, each escaped for the quoted attribute it stands in.
 */
export const postFormPage = (organization: Organization) => {
  const head = `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Taking you on – ${escapeHtml(organization.name)}</title>
</head>
<body>
<main>
<p class="organization"><span class="mark" aria-hidden="true">${escapeHtml(initialOf(organization))}</span>${escapeHtml(organization.name)}</p>
<h1>You are signed in</h1>
<form method="post" action="`
  return (action: string, fields: Readonly<Record<string, string>>): string => {
    let page = `${head}${escapeQuoted(action)}">`
    for (const name in fields) page += `<input type="hidden" name="${escapeQuoted(name)}" value="${escapeQuoted(fields[name] ?? '')}">`
    return page + MIDDLE
  }
}
