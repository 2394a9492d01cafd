function (user, context, callback) {
  const { riskAssessment } = context;
  if (!riskAssessment || riskAssessment.version !== '1') return callback(null, user, context);
  const { NewDevice, ImpossibleTravel, UntrustedIP } = riskAssessment.assessments;
  const doubts = [NewDevice, ImpossibleTravel, UntrustedIP].filter((one) => one && one.confidence !== 'high').map((one) => one.code);
  if (riskAssessment.confidence === 'low') {
    return callback(new UnauthorizedError('Too many doubts: ' + doubts.join(', ')));
  }
  if (doubts.length > 0) context.multifactor = { provider: 'guardian', allowRememberBrowser: false };
  console.warn(NewDevice.details);
  callback(null, user, context);
}
