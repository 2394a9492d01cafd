function (user, context, callback) {
  var uuid = 'mine', _ = { map: 'also mine' };
  user.own = [uuid, _.map];
  callback(null, user, context);
}
