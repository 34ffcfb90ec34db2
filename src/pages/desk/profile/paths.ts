/** Where the profile is, and what is posted there from other pages. */
export const profilePath = '/account/profile'
/** Mails the link that proves the address. */
export const provePath = `${profilePath}/prove`
export const addressPath = `${profilePath}/address`
