/** The demo's page, made of what has happened so far. */
import type { DemoAction, PageModels } from '../../http/page-models.ts'
import { notes, type Demo } from './demo.ts'
import type { Flow } from './flow.ts'
import { stepsOf } from './steps.ts'
import { say } from './text.ts'
import { tokensOf } from './tokens.ts'

/** Why there is less to see than somebody may expect. */
export type Notice = 'foreign' | 'forgotten'

export interface DemoPage {
  demo: Demo
  flow: Flow | null
  now: Date
  notice: Notice | null
}

export function demoPage({ demo, flow, now, notice }: DemoPage): PageModels['demo'] {
  return {
    first: flow ? over : start,
    parties: flow ? [] : partiesOf(demo),
    notice: notice && notices[notice](demo),
    steps: stepsOf(demo, flow, now),
    tokens: flow?.tokens ? tokensOf(flow.tokens, now) : [],
  }
}

const start: DemoAction = {
  label: 'Start the flow',
  action: '/demo/start',
  kind: 'primary',
  text: say('You will sign in, be asked, and come back here.'),
}

const over: DemoAction = {
  label: 'Start over',
  action: '/demo/reset',
  kind: 'plain',
  text: say('Revokes what the app holds, and forgets it.'),
}

function partiesOf({ issuer, clientId, clientName, redirectUri }: Demo): PageModels['demo']['parties'] {
  return [
    {
      name: clientName,
      value: clientId,
      text: say(
        `The app, at \`${redirectUri}\`. It runs inside this server, but asks like any other. It has no secret (a public client), so it proves itself by PKCE alone.`,
      ),
    },
    {
      name: 'This server',
      value: issuer,
      text: say(
        'Knows you, asks you, and issues the tokens. Between the app and it, everything goes over HTTP, and is shown here as it went.',
      ),
    },
    {
      name: notes.title,
      value: notes.identifier,
      text: say('The API that the app wants to use for you. Of its three scopes, you can leave out two.'),
    },
  ]
}

const notices: Readonly<Record<Notice, (demo: Demo) => NonNullable<PageModels['demo']['notice']>>> = {
  foreign: ({ issuer }) => ({
    kind: 'error',
    title: 'This answer belongs to somebody else',
    text: [
      say(
        'It came with a `state` that this browser was never given. Somebody may want you to go on with an answer of theirs, so the app took nothing of it.',
      ),
      say(
        `If you began yourself, you did so in another browser, or under another address than \`${issuer}\`. Start again from here.`,
      ),
    ],
  }),
  forgotten: () => ({
    kind: 'info',
    title: 'The app has forgotten this flow',
    text: [say('It keeps what it knows in memory, for an hour, and not over a restart. Start again.')],
  }),
}
