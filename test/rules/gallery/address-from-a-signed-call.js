function (user, context, callback) {
  const _ = require('lodash');
  const request = require('request');
  const oauth = require('oauth-sign');
  const uuid = require('uuid');
  if (context.connectionStrategy !== 'twitter') return callback(null, user, context);
  const twitter = _.find(user.identities, { connection: 'twitter' });
  const url = configuration.SOCIAL_URL + '/account';
  const params = {
    oauth_consumer_key: configuration.SOCIAL_KEY,
    oauth_nonce: uuid().replace(/-/g, ''),
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: Date.now() / 1000,
    oauth_token: twitter.access_token,
    oauth_version: '1.0'
  };
  params.oauth_signature = oauth.hmacsign('GET', url, params, configuration.SOCIAL_SECRET, twitter.access_token_secret);
  const header = _.map(params, (value, name) => `${name}="${oauth.rfc3986(value)}"`).join(', ');
  request.get({ url, headers: { Authorization: 'OAuth ' + header }, json: true }, (error, response, body) => {
    if (error || response.statusCode !== 200) return callback(new Error('The network did not say'));
    user.email = body.email;
    callback(null, user, context);
  });
}
