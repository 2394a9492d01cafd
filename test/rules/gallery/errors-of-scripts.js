function (user, context, callback) {
  var errors = [new ValidationError('too_short', 'Too short'), new WrongUsernameOrPasswordError(user.email, 'Wrong')];
  user.errors = errors.map(function (error) { return [error instanceof Error, error.name, error.message, error.code]; });
  if (user.app_metadata.strict) return callback(errors[0]);
  callback(null, user, context);
}
