async function (user, context, callback) {
  const moment = require('moment@2.11.2');
  const given = user.app_metadata && user.app_metadata.consentedAt;
  const until = given && moment(given).add(1, 'year');
  if (until && moment(user.last_login).isBefore(until)) return callback(null, user, context);
  if (context.protocol === 'redirect-callback') {
    if (context.request.query.consent !== 'yes') return callback(new UnauthorizedError('You did not consent.'));
    try {
      await auth0.users.updateAppMetadata(user.user_id, { consentedAt: moment(user.last_login).toISOString(), by: context.original_protocol });
    } catch (error) {
      return callback(error);
    }
    return callback(null, user, context);
  }
  context.redirect = { url: configuration.CONSENT_URL + '?locale=' + context.locale };
  callback(null, user, context);
}
