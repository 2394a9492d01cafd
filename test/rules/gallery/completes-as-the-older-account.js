function (user, context, callback) {
  const request = require('request@2.88.0');
  const Promise = require('native-or-bluebird@1.2.0');
  const ask = (options) => new Promise((resolve, reject) => {
    options.headers = { Authorization: 'Bearer ' + auth0.accessToken };
    options.json = options.json || true;
    request(options, (error, response, body) => error || response.statusCode > 299 ? reject(error || new Error(body.message)) : resolve(body));
  });
  ask({ url: auth0.baseUrl + '/users-by-email', qs: { email: user.email } })
    .then((all) => all.filter((one) => one.user_id !== user.user_id && one.email_verified)[0])
    .then((older) => {
      if (!older) return;
      const separator = user.user_id.indexOf('|');
      const identity = { provider: user.user_id.slice(0, separator), user_id: user.user_id.slice(separator + 1) };
      return ask({ method: 'POST', url: auth0.baseUrl + '/users/' + older.user_id + '/identities', json: identity })
        .then(() => { context.primaryUser = older.user_id; });
    })
    .then(() => callback(null, user, context))
    .catch(callback);
}
