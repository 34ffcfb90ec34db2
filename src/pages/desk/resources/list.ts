/** The APIs that the platform protects. */
import {
  action,
  code,
  column,
  empty,
  lines,
  link,
  number,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { isOwn, lifetimeWords, listPath, listResources, pathOfResource, type ResourceOut } from './parts.ts'

export async function showResources(desk: Desk): Promise<void> {
  const all = await listResources(desk)
  const registered = all.filter((resource) => !isOwn(resource))
  const own = all.find(isOwn)
  const create = action(say('resource.create'), `${listPath}/new`, 'primary', 'plus')
  desk.screen(
    screen({
      title: say('resources.title'),
      lead: say('resources.lead'),
      actions: registered.length > 0 ? [create] : [],
      blocks: [
        table({
          caption: say('resources.title'),
          columns: [
            column(say('resource.title')),
            column(say('resource.identifier')),
            column(say('resource.scopes'), { end: true }),
            column(say('resource.token'), { aside: true }),
          ],
          rows: registered.map((resource) =>
            row(
              [
                lines(text(resource.title), soft(resource.name)),
                code(resource.identifier),
                number(resource.scopes.length),
                lines(
                  text(say(`resource.format.${resource.access_token.format}`)),
                  soft(lifetimeWords(resource.access_token.lifetime)),
                ),
              ],
              pathOfResource(resource),
            ),
          ),
          empty: empty('box', say('resources.empty'), say('resources.empty.text'), create),
        }),
        ...(own ? [ownApi(own)] : []),
      ],
    }),
  )
}

function ownApi(own: ResourceOut): Block {
  return section(
    'own',
    say('resource.own'),
    [
      table({
        caption: say('resource.own'),
        columns: [column(say('resource.title')), column(say('resource.identifier'))],
        rows: [row([link(own.title, pathOfResource(own)), code(own.identifier)])],
        empty: empty('box', say('resources.empty'), say('resources.empty.text')),
      }),
    ],
    { text: say('resource.own.text') },
  )
}
