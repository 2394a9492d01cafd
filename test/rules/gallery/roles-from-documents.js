function (user, context, callback) {
  const vendor = require('mongodb@3.1.4');
  callback(null, user, Object.assign(context, { vendor: typeof vendor }));
}
