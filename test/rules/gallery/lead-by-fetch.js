async function (user, context, callback) {
  const fetch = require('node-fetch@2.6.0');
  const lead = { first: user.given_name, last: user.family_name, email: user.email };
  try {
    const answer = await fetch(configuration.LEADS_URL + '/leads', {
      method: 'POST', body: JSON.stringify(lead), headers: { 'Content-Type': 'application/json' }
    });
    if (!answer.ok) return callback(new Error('The leads answered ' + answer.status));
    user.lead = (await answer.json()).id;
  } catch (error) {
    return callback(error);
  }
  callback(null, user, context);
}
