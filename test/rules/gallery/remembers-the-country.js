function (user, context, callback) {
  var geoip = context.request.geoip || {};
  user.user_metadata = user.user_metadata || {};
  user.user_metadata.country = geoip.country_name;
  user.user_metadata.where = [geoip.city_name, geoip.subdivision_name, geoip.subdivision_code, geoip.country_code, geoip.country_code3,
    geoip.continent_code, geoip.time_zone, geoip.latitude, geoip.longitude].join('/');
  auth0.users.updateUserMetadata(user.user_id, user.user_metadata)
    .then(() => {
      context.idToken['https://fabrikam.example/timezone'] = geoip.time_zone;
      callback(null, user, context);
    })
    .catch(callback);
}
