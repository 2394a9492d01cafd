function (user, context, callback) {
  const slack = require('slack-notify')(configuration.CHANNEL_URL);
  if (context.stats.loginsCount > 1 || context.request.query.prompt === 'none') return callback(null, user, context);
  slack.success({ text: 'Somebody is new', channel: '#people', fields: { who: user.name + ' <' + user.email + '>', from: context.protocol } });
  callback(null, user, context);
}
