// Partners and nobody else.
/* Their domains are separated by commas. */
function partnersOnly(user, context, cb) {
  const domains = configuration.PARTNER_DOMAINS.split(',');
  const domain = String(user.email).split('@').pop().toLowerCase();
  if (domains.indexOf(domain) < 0) return cb('You are not with one of our partners');
  cb(null, user, context);
}
