async function (user, context, callback) {
  await Promise.resolve();
  const name = user.no.such.thing;
  callback(null, user, context);
}
