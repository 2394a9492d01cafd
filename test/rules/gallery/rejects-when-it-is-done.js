async function (user, context, callback) {
  callback(null, user, context);
  throw new Error('too late to matter');
}
