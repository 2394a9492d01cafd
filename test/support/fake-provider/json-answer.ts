export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })

/** A value as JSON; an answer that is one already stays as it is. */
export const answered = async (value: unknown): Promise<Response> => {
  const settled = await value
  return settled instanceof Response ? settled : json(settled)
}
