function (user, context, callback) {
  var direct = ['oauth2-password', 'oauth2-resource-owner', 'wstrust-usernamemixed'];
  if (direct.indexOf(context.protocol) >= 0) return callback(new UnauthorizedError('Use a browser.'));
  if (context.protocol === 'delegation') {
    user.delegated = [user.iss, user.sub, user.aud, user.iat, user.exp].join();
    context.jwtConfiguration.lifetimeInSeconds = 60;
    context.jwtConfiguration.scopes = { profile: ['name'] };
  }
  callback(null, user, context);
}
