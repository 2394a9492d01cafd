function (user, context, callback) {
  const jwt = require('jsonwebtoken');
  const uuid = require('uuid');
  const now = Math.floor(Date.now() / 1000);
  const payload = { iat: now, jti: uuid.v4(), email: user.email, name: user.name, external_id: user.user_id };
  context.idToken['https://fabrikam.example/desk'] = 'https://desk.fabrikam.example/enter?jwt=' + jwt.sign(payload, configuration.DESK_SECRET);
  callback(null, user, context);
}
