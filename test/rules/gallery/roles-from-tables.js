function (user, context, callback) {
  const vendor = require('tedious');
  callback(null, user, Object.assign(context, { vendor: typeof vendor }));
}
