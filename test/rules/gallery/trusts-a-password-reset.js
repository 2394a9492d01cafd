function (user, context, callback) {
  const request = require('request');
  if (user.email_verified || !user.last_password_reset || context.connectionStrategy !== 'auth0') return callback(null, user, context);
  request.patch({
    url: auth0.baseUrl + '/users/' + user.user_id,
    headers: { Authorization: 'Bearer ' + auth0.accessToken },
    json: { email_verified: true },
    timeout: 5000
  }, function (error, response) {
    if (error || response.statusCode !== 200) return callback(error || new Error('not changed'));
    context.idToken.email_verified = true;
    callback(null, user, context);
  });
}
