// Sends people to a page of yours until they have agreed to the terms in force, and remembers what they agreed to.
// configuration.TERMS_URL: https://terms.fabrikam.example/    configuration.TERMS_VERSION: 2026-11
// configuration.TERMS_SECRET: a long secret that the page has, too
//
// The page gets `token` and `state`. It sends the person back to /continue?state=… with a `token` of its own, HS256 with the
// same secret: { "sub": user_id, "state": state, "version": "2026-11", "agreed": true }, good for a few minutes.
async function consentFirst(user, context, callback) {
  const jwt = require('jsonwebtoken@9.0.0');
  const { TERMS_URL, TERMS_VERSION: version, TERMS_SECRET: secret } = configuration;
  const agreedTo = user.app_metadata && user.app_metadata.terms;
  if (agreedTo && agreedTo.version === version) return callback(null, user, context);

  if (context.protocol !== 'redirect-callback') {
    const token = jwt.sign({ version }, secret, { algorithm: 'HS256', subject: user.user_id, expiresIn: '10m' });
    const url = new URL(TERMS_URL);
    url.searchParams.set('token', token);
    context.redirect = { url: url.href };
    return callback(null, user, context);
  }

  // A parameter alone could be typed by anybody: only what the page has signed counts, for this person and this redirect.
  const { query = {}, body = {} } = context.request;
  let answer;
  try {
    answer = jwt.verify(body.token || query.token, secret, { algorithms: ['HS256'], subject: user.user_id, maxAge: '10m' });
  } catch (error) {
    return callback(new UnauthorizedError('We could not tell whether you agreed. Please sign in again.'));
  }
  const isOurs = answer.state === (body.state || query.state) && answer.version === version;
  if (!isOurs || answer.agreed !== true) return callback(new UnauthorizedError('You have to agree to the terms to go on.'));
  const terms = { version, at: new Date().toISOString() };
  await auth0.users.updateAppMetadata(user.user_id, { terms });
  user.app_metadata = { ...user.app_metadata, terms };
  callback(null, user, context);
}
