function (user, context, callback) {
  require('request-promise')({
    method: 'POST', uri: configuration.DOOR_URL + '/closed', headers: { Authorization: 'Bearer ' + configuration.DOOR_SECRET },
    json: { secret: configuration.DOOR_SECRET }
  }).then(function () { callback(null, user, context); }).catch(callback);
}
