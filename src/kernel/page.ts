import type { FailureCode } from './errors.ts'

/** A way to sign in as the chooser shows it. */
export interface Choice {
  readonly label: string
  /** Which picture belongs to it; unknown brands get a plain one. */
  readonly brand: string
  readonly href: string
  readonly lastUsed: boolean
}

/** Where people may type their address and are taken to where its domain signs in. */
export interface EmailField {
  readonly action: string
  readonly typed: string
  readonly problem?: 'missing' | 'malformed' | 'unknown'
}

/** One way to sign in as somebody. */
export interface OwnWay {
  readonly label: string
  readonly brand: string
  /** Who they are there. */
  readonly called: string
  readonly isMain: boolean
  /** Set for one that may be taken away: what it is called in the form. */
  readonly key?: string
}

/** What a person sees, as data: http renders it, steps decide it. */
export type Page =
  | {
      readonly name: 'chooser'
      readonly service: string
      readonly choices: readonly Choice[]
      readonly notice?: FailureCode
      readonly email?: EmailField
      /** Set where these are not all the ways there are. */
      readonly otherWays?: string
    }
  | {
      readonly name: 'password'
      readonly service: string
      readonly label: string
      readonly action: string
      readonly username: string
      readonly problem?: 'wrong' | 'missing' | 'too_many'
      readonly otherWays?: string
    }
  /** "You are A: continue, or switch to another account." */
  | {
      readonly name: 'confirm'
      readonly service: string
      readonly who: string
      readonly expected?: string
      readonly action: string
    }
  | {
      readonly name: 'problem'
      readonly failure: FailureCode
      readonly reference: string
      readonly again?: string
      /** The person's own page, where linking another way did not work out. */
      readonly home?: string
      /** What the organization's own rules say about it. */
      readonly said?: string
      /** Where the person can choose to be somebody else. */
      readonly otherAccount?: string
    }
  /** Waiting for hours rather than seconds, for example for a license. Looks again by itself. */
  | { readonly name: 'waiting'; readonly failure: FailureCode; readonly reference: string; readonly again: string }
  /** A test of a connection that went well: what was said, for whoever set it up. */
  | {
      readonly name: 'connection-test'
      readonly label: string
      /** Both as JSON, to be read by people. */
      readonly profile: string
      readonly user: string
      readonly subject?: string
    }
  /** A person's own page: who they are here, and by which ways. */
  | {
      readonly name: 'you'
      readonly service: string
      readonly who: string
      readonly userPrincipalName?: string
      readonly ways: readonly OwnWay[]
      /** Set where they signed in a moment ago and may change something; else `again` leads there. */
      readonly change?: { readonly add?: string; readonly remove: string }
      readonly again?: string
    }
  /** "This identity will be yours as well": nobody is given a way in without having said so. */
  | {
      readonly name: 'claim'
      readonly who: string
      readonly other: Pick<OwnWay, 'label' | 'brand' | 'called'>
      readonly action: string
      readonly back: string
    }
  /** A sign-in that was answered already, opened once more. */
  | { readonly name: 'finished'; readonly service: string; readonly onward: string }
  | { readonly name: 'signed-out'; readonly service?: string; readonly elsewhere: readonly string[]; readonly onward?: string }
