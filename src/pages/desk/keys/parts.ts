/** What the pages of API keys need besides the API. */
import type { Catalogue } from '../../../resources/catalogue.ts'
import type { Desk } from '../desk.ts'
import type { KeyOut } from '../wire.ts'

export interface KeyPages {
  /** `/account` or `/admin`. */
  base: '/account' | '/admin'
  catalogue: Pick<Catalogue, 'all' | 'scope'>
  /** For the `curl` that is shown with a new key. */
  apiUrl: string
  /** The longest life of a secret, in days. */
  longestDays: () => number
}

export const readKey = (desk: Desk): Promise<KeyOut> => desk.api.get<KeyOut>(`/v1/keys/${desk.params['id']}`)

export const pathOfKey = ({ base }: Pick<KeyPages, 'base'>, id: string): string => `${base}/keys/${id}`
