/** Where the pages about somebody's own security are. */
export const securityPath = '/account/security'
export const passwordPath = `${securityPath}/password`
export const sessionsPath = `${securityPath}/sessions`
export const endOthersPath = `${sessionsPath}/end-others`
