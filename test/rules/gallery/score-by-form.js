function (user, context, callback) {
  const request = require('request');
  const querystring = require('querystring');
  const crypto = require('crypto');
  const email = crypto.createHash('md5').update(user.email).digest('hex');
  const form = querystring.stringify({ email: email, name: user.username, i: context.request.ip, agent: context.request.userAgent });
  request.post({ url: configuration.SCORE_URL + '/score', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    function (error, response, body) {
      if (error) return callback(null, user, context);
      const score = Number(body.split('=')[1]);
      user.risk = score;
      if (score > 20) return callback(new UnauthorizedError('Too risky'));
      callback(null, user, context);
    });
}
