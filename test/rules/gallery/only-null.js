function (user, context, callback) {
  user.kept = true;
  callback(null);
}
