function (user, context, callback) {
  var rp = require('request-promise');
  rp({ uri: configuration.PROFILES_URL + '/search', qs: { email: user.email }, json: true })
    .then(function (found) {
      user.user_metadata = Object.assign({}, user.user_metadata, { company: found.company });
      return auth0.users.updateUserMetadata(user.user_id, { company: found.company });
    })
    .then(function () { callback(null, user, context); })
    .catch(callback);
}
