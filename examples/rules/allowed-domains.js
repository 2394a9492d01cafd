// Lets in people whose confirmed address is at one of these domains, and nobody else.
// configuration.ALLOWED_DOMAINS: partner.example,other.example
function allowedDomains(user, context, callback) {
  const allowed = (configuration.ALLOWED_DOMAINS || '').toLowerCase().split(',').map((name) => name.trim()).filter(Boolean);
  // What stands behind the last @ is the domain, and all of it has to match.
  const domain = String(user.email || '').split('@').pop().toLowerCase();
  if (user.email_verified !== true || !allowed.includes(domain)) {
    return callback(new UnauthorizedError('Sign in with the address of an organization we work with.'));
  }
  callback(null, user, context);
}
