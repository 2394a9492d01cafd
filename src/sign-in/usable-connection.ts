import type { ConnectionSettings, Settings } from '#kernel/settings.ts'
import { connectionFingerprint } from '#lib/connection-fingerprint.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import type { Parts } from './parts.ts'

/** Whether people may come in through a connection, and why not. */
export type ConnectionStanding =
  | { readonly kind: 'usable' }
  /** Switched off. */
  | { readonly kind: 'disabled' }
  /** Its settings do not open. */
  | { readonly kind: 'broken'; readonly cause: unknown }
  /** Nobody has seen it work with the settings it has. */
  | { readonly kind: 'untested' }

interface World {
  readonly settings: Pick<Settings, 'tested'>
  readonly parts: Pick<Parts, 'connection' | 'publicUrl'>
}

/**
 * The one place that decides who may be sent to a connection, come back from it and be remembered through it: declared, not
 * switched off, its settings open, and tested with the very settings it has. Never throws: one that is broken takes no other
 * along.
 */
export const standingOf = (connection: ConnectionSettings, { settings, parts }: World): ConnectionStanding => {
  if (connection.disabled) return { kind: 'disabled' }
  try {
    parts.connection(connection)
  } catch (cause) {
    return { kind: 'broken', cause }
  }
  return needsNoTest(connection, parts.publicUrl) || isTested(connection, settings) ? { kind: 'usable' } : { kind: 'untested' }
}

export const isUsable = (connection: ConnectionSettings, world: World): boolean => standingOf(connection, world).kind === 'usable'

/** Behind a database of our own is nobody else; and where Usher itself is only on this machine, nobody else comes in. */
const needsNoTest = ({ type }: ConnectionSettings, publicUrl: URL): boolean => type === 'database' || isLoopbackHost(publicUrl.hostname)

/** By settings: whoever changes them has the same object no more. */
const fingerprints = new WeakMap<ConnectionSettings, string>()

const isTested = (connection: ConnectionSettings, { tested = [] }: Pick<Settings, 'tested'>): boolean => {
  const fingerprint = fingerprints.get(connection) ?? connectionFingerprint(connection)
  fingerprints.set(connection, fingerprint)
  return tested.some((one) => one.connection === connection.name && one.fingerprint === fingerprint)
}
