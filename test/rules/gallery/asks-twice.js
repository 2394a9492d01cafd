function (user, context, callback) {
  user.app_metadata = user.app_metadata || {};
  user.app_metadata.visits = (user.app_metadata.visits || 0) + 1;
  auth0.users.updateAppMetadata(user.user_id, user.app_metadata)
    .then(function () { callback(null, user, context); })
    .catch(function (error) { callback(error); });
  user.first_word = true;
  callback(null, user, context);
  user.first_word = 'still the same object';
}
