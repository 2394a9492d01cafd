function (user, context, callback) {
  const _ = require('lodash@4.17.19');
  const url = require('url@0.10.3');
  const isStrange = user.picture && url.parse(user.picture).hostname !== 'pictures.fabrikam.example';
  const google = _.find(user.identities, (one) => one.provider === 'google-oauth2' && one.isSocial);
  if (isStrange) user.picture = 'https://pictures.fabrikam.example/' + (google ? google.user_id : 'nobody') + '.png';
  if (_.get(google, 'profileData.picture')) context.idToken.picture = google.profileData.picture;
  callback(null, user, context);
}
