function (user, context, callback) {
  const vendor = require('@incognia/api@1.1.1');
  callback(null, user, Object.assign(context, { vendor: typeof vendor }));
}
