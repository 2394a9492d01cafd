import type { EmailField } from '#kernel/page.ts'
import { attributes, type Html, html } from '#lib/html.ts'
import { address } from './address.ts'
import { linkTo } from './layout.ts'

/** What went wrong with an address. It tells of domains, and never whether somebody is known. */
export const emailTrouble = ({ problem, typed }: EmailField): string | undefined => {
  switch (problem) {
    case undefined:
      return undefined
    case 'missing':
      return 'Enter your work or school email address.'
    case 'malformed':
      return 'Enter an email address in the correct format, like name@example.com.'
    case 'unknown':
      return `We cannot tell from ${typed.slice(typed.lastIndexOf('@') + 1)} where you sign in. Check the address, or choose another way below.`
  }
}

export const emailSummary = (text: string): Html =>
  html`<div class="notice problem" role="alert"><p class="strong">There is a problem</p><p id="problem"><a href="#email">${address(text)}</a></p></div>`

/** Asks for an address. The cursor is there already, unless another way is more likely. */
export const emailForm = (email: EmailField, hasFocus: boolean): Html => {
  const marks = { ...(email.problem && { 'aria-invalid': 'true', 'aria-describedby': 'problem' }), autofocus: hasFocus }
  return html`<form method="post" action="${linkTo(email.action)}">
<label for="email">Your work or school email</label>
<input id="email" name="email" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required value="${email.typed}"${attributes(marks)}>
<button class="button primary" type="submit">Next</button>
</form>
`
}
