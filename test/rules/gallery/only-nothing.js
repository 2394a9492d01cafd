function (user, context, callback) {
  user.kept = true;
  setTimeout(callback, 5);
}
