function (user, context, callback) {
  auth0.users.updateAppMetadata(user.user_id, { signIns: context.stats.loginsCount }, function (error, updated) {
    if (error) return callback(error);
    user.stored = updated.app_metadata;
    callback(null, user, context);
  });
}
