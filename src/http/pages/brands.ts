import { Html } from '#lib/html.ts'

const drawing = (inside: string): Html =>
  Html.trusted(`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">${inside}</svg>`)

const LINE = 'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'

const google = drawing(
  '<g fill="none" stroke-width="3.4"><path d="M4.1 7A6.6 6.6 0 0 1 14.7 5.3" stroke="#ea4335"/><path d="M4.1 13A6.6 6.6 0 0 1 4.1 7" stroke="#fbbc05"/><path d="M14.3 15A6.6 6.6 0 0 1 4.1 13" stroke="#34a853"/><path d="M10.2 10h6.4a6.6 6.6 0 0 1-2.3 5" stroke="#4285f4"/></g>',
)

const microsoft = drawing(
  '<path fill="#f25022" d="M1 1h8.5v8.5H1z"/><path fill="#7fba00" d="M10.5 1H19v8.5h-8.5z"/><path fill="#00a4ef" d="M1 10.5h8.5V19H1z"/><path fill="#ffb900" d="M10.5 10.5H19V19h-8.5z"/>',
)

const drawings: Readonly<Record<string, Html>> = {
  google,
  'google-workspace': google,
  linkedin: drawing(
    '<rect width="20" height="20" rx="3" fill="#0a66c2"/><g fill="#fff"><circle cx="5.6" cy="5.4" r="1.5"/><path d="M4.3 8.2h2.6V16H4.3z"/><path d="M8.6 8.2h2.5v1.1c.5-.8 1.3-1.3 2.5-1.3 2.1 0 2.8 1.3 2.8 3.3V16h-2.6v-4.2c0-1-.3-1.7-1.2-1.7-1 0-1.4.7-1.4 1.7V16H8.6z"/></g>',
  ),
  facebook: drawing(
    '<circle cx="10" cy="10" r="10" fill="#0866ff"/><path fill="#fff" d="M8.5 20v-7.2H6.2V10h2.3V8.2c0-2.4 1.3-3.7 3.5-3.7.8 0 1.5.1 1.9.2v2.4h-1.2c-1.1 0-1.4.6-1.4 1.4V10h2.5l-.5 2.8h-2V20a10 10 0 0 1-2.8 0z"/>',
  ),
  microsoft,
  'microsoft-personal': microsoft,
  apple: drawing(
    '<path fill="currentColor" d="M13.3 1c.1 1.1-.3 2.1-.9 2.9-.7.8-1.7 1.4-2.8 1.3-.1-1 .4-2.1 1-2.8C11.3 1.6 12.4 1.1 13.3 1zM16.7 14.4c-.5 1.1-.7 1.6-1.4 2.5-.9 1.3-2.1 2.1-3.3 2.1-1.2 0-1.5-.7-3-.7s-1.9.7-3.1.7c-2.4 0-4.9-4.9-4.9-8.3 0-3.1 2-4.9 4.1-4.9 1.3 0 2.3.8 3.3.8 1 0 2.2-.9 3.7-.9 1.2 0 2.5.6 3.4 1.8-3 1.7-2.5 5.7 1.2 6.9z"/>',
  ),
  github: drawing(
    '<path fill="currentColor" fill-rule="evenodd" d="M10 .8a9.3 9.3 0 0 0-2.9 18.1c.5.1.6-.2.6-.4v-1.7c-2.6.6-3.1-1.1-3.1-1.1-.4-1.1-1-1.4-1-1.4-.9-.6.1-.6.1-.6.9.1 1.4 1 1.4 1 .8 1.4 2.2 1 2.7.8.1-.6.3-1 .6-1.2-2.1-.2-4.2-1-4.2-4.6 0-1 .4-1.9 1-2.5-.1-.2-.4-1.2.1-2.5 0 0 .8-.3 2.6 1a8.8 8.8 0 0 1 4.7 0c1.7-1.2 2.5-1 2.5-1 .5 1.3.2 2.3.1 2.5.6.6 1 1.5 1 2.5 0 3.6-2.2 4.4-4.2 4.6.3.3.6.9.6 1.7v2.5c0 .2.2.5.6.4A9.3 9.3 0 0 0 10 .8z"/>',
  ),
  database: drawing(`<g ${LINE}><circle cx="10" cy="6.5" r="3.5"/><path d="M3.5 17.5c0-3.6 2.9-5.5 6.5-5.5s6.5 1.9 6.5 5.5"/></g>`),
  directory: drawing(`<g ${LINE}><path d="M4 17.5v-14h8v14"/><path d="M12 8h4v9.5M2.5 17.5h15M6.7 7h2.6M6.7 10.3h2.6M6.7 13.6h2.6"/></g>`),
}

const KEY = drawing(`<g ${LINE}><circle cx="6.5" cy="13.5" r="4"/><path d="m9.5 10.5 7-7M14 6l2.5 2.5M11.8 8.2l1.7 1.7"/></g>`)

/** The picture that belongs to a brand; a key for one that has none here. */
export const drawingOf = (brand: string): Html => (Object.hasOwn(drawings, brand) ? drawings[brand] : undefined) ?? KEY
