import type { JsonObject } from '#kernel/json.ts'
import type { InnerResponse } from '../runner.ts'
import type { Refusal } from './bridged-directory.ts'

const ODATA_TYPE = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8'
const ODATA_HEADERS = { 'content-type': ODATA_TYPE, dataserviceversion: '3.0;', 'cache-control': 'no-cache' }

/** An answer of the retired API. */
export const answer = (status: number, body?: JsonObject): InnerResponse => ({
  status,
  headers: ODATA_HEADERS,
  ...(body && { body }),
})

/** No, as the retired API said it (OData v3). */
export const refuse = ({ status, code, message, conflict, retryAfterSeconds }: Refusal): InnerResponse => {
  const values = conflict && [
    { item: 'PropertyName', value: conflict },
    { item: 'PropertyErrorCode', value: 'ObjectConflict' },
  ]
  return {
    status,
    headers: { ...ODATA_HEADERS, ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }) },
    body: { 'odata.error': { code, message: { lang: 'en', value: message }, ...(values && { values }) } },
  }
}

export const badRequest = (message: string): Refusal => ({ status: 400, code: 'Request_BadRequest', message })

export const denied: Refusal = {
  status: 403,
  code: 'Authorization_RequestDenied',
  message: 'Insufficient privileges to complete the operation.',
}
