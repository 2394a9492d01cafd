import { isGuid } from '#lib/guid.ts'

/** The relying party's own correlation when it sent one, else a new one. */
export const correlationOf = (requestTarget: string, fresh: () => string): string => {
  const query = requestTarget.indexOf('client-request-id=')
  const sent = query < 0 ? '' : requestTarget.slice(query + 'client-request-id='.length).split('&', 1)[0]
  return sent !== undefined && isGuid(sent) ? sent.toLowerCase() : fresh()
}
