function (user, context, callback) {
  if (!user.email_verified) {
    return callback(new UnauthorizedError('Please confirm ' + user.email + ' first.'));
  }
  return callback(null, user, context);
}
