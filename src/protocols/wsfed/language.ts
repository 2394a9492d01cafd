import type { Parameters } from './parameters.ts'

/** Windows language ids by the ten bits that name the language ([MS-LCID]); the rest is the country. */
const LANGUAGES: ReadonlyMap<number, string> = new Map([
  [0x01, 'ar'],
  [0x02, 'bg'],
  [0x03, 'ca'],
  [0x04, 'zh'],
  [0x05, 'cs'],
  [0x06, 'da'],
  [0x07, 'de'],
  [0x08, 'el'],
  [0x09, 'en'],
  [0x0a, 'es'],
  [0x0b, 'fi'],
  [0x0c, 'fr'],
  [0x0d, 'he'],
  [0x0e, 'hu'],
  [0x10, 'it'],
  [0x11, 'ja'],
  [0x12, 'ko'],
  [0x13, 'nl'],
  [0x14, 'nb'],
  [0x15, 'pl'],
  [0x16, 'pt'],
  [0x18, 'ro'],
  [0x19, 'ru'],
  [0x1b, 'sk'],
  [0x1d, 'sv'],
  [0x1e, 'th'],
  [0x1f, 'tr'],
  [0x21, 'id'],
  [0x22, 'uk'],
  [0x24, 'sl'],
  [0x25, 'et'],
  [0x26, 'lv'],
  [0x27, 'lt'],
  [0x2a, 'vi'],
])

const TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i

/** The language the relying party shows the person, from `mkt` (`de-AT`) or `lc` (`1033`); a hint, so nonsense is none. */
export const languageOf = (parameters: Parameters): string | undefined => {
  const market = parameters.get('mkt')
  if (market && TAG.test(market)) return market
  const id = parameters.get('lc') ?? ''
  return /^\d{1,5}$/.test(id) ? LANGUAGES.get(Number(id) & 0x3ff) : undefined
}
