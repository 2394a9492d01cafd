function voice(user, context, callback) {
  user.user_metadata = user.user_metadata || {};
  if (context.protocol === 'redirect-callback') {
    var decoded = jwt.verify(context.request.body.token, configuration.VOICE_SECRET);
    if (decoded.jti !== user.user_metadata.voice) return callback(new UnauthorizedError('Another answer was expected'));
    context.idToken['https://fabrikam.example/voice'] = decoded.heard;
    return callback(null, user, context);
  }
  user.jti = uuid.v4();
  user.user_metadata.voice = user.jti;
  auth0.users.updateUserMetadata(user.user_id, user.user_metadata)
    .then(function () {
      var token = jwt.sign({ sub: user.user_id, jti: user.jti }, new Buffer(configuration.VOICE_SECRET), { expiresIn: '5m' });
      context.redirect = { url: configuration.VOICE_URL + '?token=' + token };
      callback(null, user, context);
    })
    .catch(callback);
}
