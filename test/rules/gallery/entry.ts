import type { JsonObject } from '#kernel/json.ts'

/** What a site that stands in for somebody else answers. */
export interface Answer {
  readonly status?: number
  /** Sent as it is when it is text, as JSON otherwise. */
  readonly body?: string | JsonObject | readonly JsonObject[]
}

/** What somebody asked such a site. */
export interface Call {
  /** `GET /people?email=…` */
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Write {
  readonly kind: 'app' | 'user'
  readonly patch: JsonObject
}

/** What a rule left, as it comes out of where it ran. */
export interface Left {
  readonly user: JsonObject
  readonly context: JsonObject
}

/** One rule of the gallery in one situation. */
export interface Entry {
  /** Its file, without `.js`. */
  readonly rule: string
  /** The situation, where a rule is met in several. */
  readonly when?: string
  /** Rules that run before it in the same sign-in. */
  readonly after?: readonly string[]
  readonly legacyGlobals?: boolean
  /** Over those of `people.ts`; undefined takes a field away. */
  readonly user?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
  /** `{vendor}` in a value is the address of the stand-in. */
  readonly configuration?: Readonly<Record<string, string>>
  /** By `METHOD /path`; anything else is answered with 404. The Management API is at `/api/v2`. */
  readonly answers?: Readonly<Record<string, Answer>>
  readonly expects: Expected
}

export interface Expected {
  /** It ends the sign-in; it passes when this is left out. */
  readonly denied?: { readonly message: string | RegExp; readonly isRefusal: boolean }
  /** Fields that are exactly so afterwards; undefined: not there. */
  readonly user?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
  /** In this order, and no others; or whatever else must hold of them. None when left out. */
  readonly writes?: readonly Write[] | ((writes: readonly Write[]) => void)
  /** Lines of calls, in this order, and no others. None when left out. */
  readonly calls?: readonly string[]
  /** Which of several calls made at once comes first is nobody's business; they are then told in alphabetical order. */
  readonly isUnordered?: boolean
  /** Looks further into what a stand-in was sent. */
  readonly sent?: (calls: readonly Call[]) => void
  readonly left?: (left: Left) => void
  /** Is among what was said by the rule's console, or by Usher about it. */
  readonly said?: RegExp
}
