function (user, context, callback) {
  const NINETY_DAYS = 90 * 24 * 3600 * 1000;
  const last = new Date(user.last_password_reset || user.created_at);
  if (user.blocked) return callback(new UnauthorizedError('This account is blocked.'));
  if (new Date(user.updated_at) - last > NINETY_DAYS) return callback(new UnauthorizedError('Your password is too old.'));
  user.dormant = user.logins_count > 1 && new Date(user.updated_at) - new Date(user.last_login) > NINETY_DAYS;
  callback(null, user, context);
};
