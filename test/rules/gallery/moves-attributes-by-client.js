function (user, context, callback) {
  var ManagementClient = require('auth0@2.9.1').ManagementClient;
  var management = new ManagementClient({ token: auth0.accessToken, domain: auth0.domain });
  management.updateUser({ id: user.user_id }, { given_name: user.user_metadata.first, user_metadata: { first: null } }, function (error, updated) {
    if (error) return callback(error);
    user.given_name = updated.given_name;
    delete user.user_metadata.first;
    callback(null, user, context);
  });
}
