async function relations(user, context, callback) {
  const fetch = require('node-fetch');
  const { URL } = require('url');
  const target = new URL('/relations', configuration.RELATIONS_URL);
  target.searchParams.set('host', context.request.hostname);
  target.searchParams.set('of', user.user_id);
  const answer = await fetch(target);
  context.accessToken['https://fabrikam.example/relations'] = await answer.json();
  callback(null, user, context);
}
