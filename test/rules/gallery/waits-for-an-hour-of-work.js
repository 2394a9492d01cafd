function (user, context, callback) {
  const moment = require('moment-timezone');
  const now = moment(context.authentication.methods[0].timestamp).tz(configuration.TIME_ZONE);
  const isWeekend = [6, 7].indexOf(now.isoWeekday()) >= 0;
  if (context.clientName === 'Microsoft 365' && isWeekend) {
    return callback(new UnauthorizedError('Not on a ' + now.format('dddd')));
  }
  context.idToken['https://fabrikam.example/hour'] = now.format('YYYY-MM-DD HH:mm');
  callback(null, user, context);
}
