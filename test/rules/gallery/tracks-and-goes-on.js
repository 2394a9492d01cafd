function (user, context, callback) {
  const request = require('request');
  const key = Buffer.from(configuration.TRACK_KEY + ':').toString('base64');
  request.post({
    url: configuration.TRACK_URL + '/events',
    headers: { Authorization: 'Basic ' + key },
    json: { who: user.user_id, app: context.clientName, agent: context.request.userAgent, ip: context.request.ip, session: context.sessionID }
  }, function (error, response) {
    console.info('tracked: %s', error ? error.code : response.statusCode);
  });
  callback(null, user, context);
}
