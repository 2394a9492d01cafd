function (user, context, callback) {
  var today = Date.getDay();
  callback(null, user, context);
}
