// People who come by a second way with the same confirmed address are the same user as before.
// configuration.LINKED_CONNECTIONS: google-oauth2,partners
// List only connections whose word about an address you trust: whoever runs one of them can become anybody else on the list.
async function linkSameAddress(user, context, callback) {
  const trusted = (configuration.LINKED_CONNECTIONS || '').split(',').map((name) => name.trim()).filter(Boolean);
  const isTrusted = ({ connection }) => trusted.includes(connection);
  if (!user.email || user.email_verified !== true || !trusted.includes(context.connection)) return callback(null, user, context);

  const ask = async (path, options = {}) => {
    const answer = await fetch(auth0.baseUrl + path, {
      ...options,
      headers: { authorization: `Bearer ${auth0.accessToken}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(5000)
    });
    // Both have an account at Microsoft already: they stay two.
    if (answer.status === 409) return undefined;
    if (!answer.ok) throw new Error(`${path.split('?')[0]} answered ${answer.status}`);
    return answer.json();
  };

  const same = await ask(`/users-by-email?${new URLSearchParams({ email: user.email.toLowerCase() })}`);
  const [oldest] = same
    .filter((one) => one.user_id !== user.user_id && one.email_verified === true && one.identities.every(isTrusted))
    .filter((one) => one.created_at < user.created_at)
    .sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
  if (!oldest) return callback(null, user, context);

  const { provider, user_id } = user.identities[0];
  const linked = await ask(`/users/${encodeURIComponent(oldest.user_id)}/identities`, {
    method: 'POST',
    body: JSON.stringify({ provider, user_id })
  });
  if (linked) context.primaryUser = oldest.user_id;
  else console.warn('not linked to', oldest.user_id);
  callback(null, user, context);
}
