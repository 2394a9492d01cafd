import { html } from 'hono/html'
import { type Markup, page } from '../page.ts'
import type { GooglePerson } from './people.ts'

/** A pretend provider, and who has an account there. */
export interface Club {
  readonly banner: string
  readonly people: readonly GooglePerson[]
}

/** Who are you? Every answer is a plain link. */
export const choicePage = ({ banner, people }: Club, linkFor: (person: GooglePerson) => string, cancel: string): Markup =>
  page({
    title: 'Choose an account',
    banner,
    body: html`<div class="card narrow">
${people.map(
  (person) => html`<a class="button choice" href="${linkFor(person)}"><strong>${person.givenName} ${person.familyName}</strong><br>
${person.email}${person.isEmailVerified ? '' : ' (address not verified)'}</a>`,
)}
<p><a href="${cancel}">Cancel</a></p>
</div>`,
  })

export const problemPage = (banner: string, sentence: string): Markup =>
  page({
    title: 'Access blocked: this request is not right',
    banner,
    body: html`<div class="card"><p class="warn">Error 400: ${sentence}</p></div>`,
  })
