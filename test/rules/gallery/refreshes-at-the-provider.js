function (user, context, callback) {
  const identity = user.identities.find((one) => one.refresh_token);
  if (!identity) return callback(null, user, context);
  const axios = require('axios');
  axios.post(configuration.PROVIDER_URL + '/refresh', new URLSearchParams({ token: identity.refresh_token }).toString())
    .then(({ data }) => {
      user.refreshed = data.ok;
      callback(null, user, context);
    }, (error) => callback(new Error('The provider answered ' + error.response.status)));
}
