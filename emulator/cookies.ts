/** A cookie other sites' posts bring along, too: Microsoft's login is posted to from elsewhere. */
export const crossSite = { path: '/', httpOnly: true, secure: true, sameSite: 'None' } as const

/** A cookie of one site, that survives being sent there by a link or a redirect. */
export const sameSite = { path: '/', httpOnly: true, secure: true, sameSite: 'Lax' } as const
