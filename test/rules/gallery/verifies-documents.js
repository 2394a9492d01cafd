function (user, context, callback) {
  const vendor = require('@onfido/api@1.5.1');
  callback(null, user, Object.assign(context, { vendor: typeof vendor }));
}
