import { html } from 'hono/html'
import { type Markup, page } from '../page.ts'
import { type GooglePerson, googlePeople } from './people.ts'

const BANNER = 'Google'

/** Who are you? Every answer is a plain link. */
export const choicePage = (linkFor: (person: GooglePerson) => string, cancel: string): Markup =>
  page({
    title: 'Choose an account',
    banner: BANNER,
    body: html`<div class="card narrow">
${googlePeople.map(
  (person) => html`<a class="button choice" href="${linkFor(person)}"><strong>${person.givenName} ${person.familyName}</strong><br>
${person.email}${person.isEmailVerified ? '' : ' (address not verified)'}</a>`,
)}
<p><a href="${cancel}">Cancel</a></p>
</div>`,
  })

export const problemPage = (sentence: string): Markup =>
  page({
    title: 'Access blocked: this request is not right',
    banner: BANNER,
    body: html`<div class="card"><p class="warn">Error 400: ${sentence}</p></div>`,
  })
