function (user, context, callback) {
  const crypto = require('crypto');
  const { socket, channel } = context.request.query || {};
  if (socket && channel) {
    const signature = crypto.createHmac('sha256', configuration.CHANNEL_SECRET).update(`${socket}:${channel}`).digest('hex');
    context.idToken['https://fabrikam.example/channel'] = `${configuration.CHANNEL_KEY}:${signature}`;
  }
  callback(null, user, context);
}
