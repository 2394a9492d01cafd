// Lets people into one application on working days, as the clock of the office has them.
// configuration.OFFICE_TIME_ZONE: Europe/Sofia    configuration.WEEKDAY_CLIENT_ID: the application
function weekdaysOnly(user, context, callback) {
  if (context.clientID !== configuration.WEEKDAY_CLIENT_ID) return callback(null, user, context);
  // An unknown time zone throws, and so lets nobody in.
  const day = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: configuration.OFFICE_TIME_ZONE }).format(new Date());
  if (['Sat', 'Sun'].includes(day)) return callback(new UnauthorizedError('This application is open from Monday to Friday.'));
  callback(null, user, context);
}
