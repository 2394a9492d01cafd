function (user, context, callback) {
  ['phone_number', 'phone_verified', 'last_ip', 'persistent', 'picture'].forEach(function (name) { delete user[name]; });
  user.seen = [user.phone_number, user.phone_verified, user.last_ip, user.persistent].filter(Boolean);
  if (user.identities) delete user.identities[0].access_token;
  callback(null, user, context);
}
