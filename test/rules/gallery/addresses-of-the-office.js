function (user, context, callback) {
  const ipaddr = require('ipaddr.js');
  const office = ipaddr.parseCIDR(configuration.OFFICE_NETWORK);
  const here = ipaddr.process(context.request.ip);
  if (here.kind() !== office[0].kind() || !here.match(office)) {
    // Written without new, as some have it.
    return callback(Error('Only from the office'));
  }
  callback(null, user, context);
}
