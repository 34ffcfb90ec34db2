/** The front page. */
import type { PageRoute } from '../../http/pages.ts'

export function siteRoutes({
  signUp,
  development,
}: {
  signUp: () => 'open' | 'invitation' | 'closed'
  development: boolean
}): PageRoute[] {
  return [
    {
      method: 'GET',
      path: '/',
      access: 'anyone',
      handle: (page) =>
        page.show('home', {
          signUpOpen: signUp() === 'open',
          signedIn: page.person !== null,
          administrator: page.person?.administrator ?? false,
          demo: development,
        }),
    },
  ]
}
