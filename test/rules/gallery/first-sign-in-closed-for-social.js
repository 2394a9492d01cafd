function (user, context, callback) {
  const isSocial = context.connectionStrategy === context.connection;
  user.app_metadata = user.app_metadata || {};
  if (!isSocial || user.app_metadata.signedUp) return callback(null, user, context);
  if (context.stats.loginsCount > 1) {
    user.app_metadata.signedUp = true;
    return auth0.users.updateAppMetadata(user.user_id, { signedUp: true }).then(() => callback(null, user, context), callback);
  }
  callback(new Error('Nobody can sign up with ' + context.connection + ' at ' + context.clientID));
}
