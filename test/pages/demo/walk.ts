/** A person's way through the demo, with a browser without a screen. */
import { createAgent, type Agent, type Answer } from '../../support/agent.ts'
import { allow, signIn } from '../../support/flow.ts'
import type { TestPerson, TestServer } from '../../support/server.ts'

export interface Walk {
  agent: Agent
  /** The page that was shown last, as a person reads it. */
  words: string
  answer: Answer
}

/** What is read: without markup, each run of blanks as one. */
export function wordsOf({ html }: Pick<Answer, 'html'>): string {
  return html
    .replaceAll(/<(head|script)\b[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<\/(p|li|td|th|h\d|summary|dd|dt|pre)>/g, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

/** Up to the consent page. */
export async function askAt(
  server: Pick<TestServer, 'url'>,
  person: TestPerson,
  agent = createAgent(server.url),
): Promise<Walk> {
  await agent.get('/demo')
  return walked(agent, await signIn(agent, await agent.submit('/demo/start'), person))
}

/** Up to the page that shows the code; `scopes` are the optional ones that stay ticked, all by default. */
export async function comeBack(
  server: Pick<TestServer, 'url'>,
  person: TestPerson,
  scopes?: readonly string[],
): Promise<Walk> {
  const { agent, answer } = await askAt(server, person)
  return walked(agent, await allow(agent, answer, scopes))
}

/** Up to the page that shows the tokens. */
export async function getTokens(
  server: Pick<TestServer, 'url'>,
  person: TestPerson,
  scopes?: readonly string[],
): Promise<Walk> {
  const { agent } = await comeBack(server, person, scopes)
  return press(agent, 'exchange')
}

/** Presses a button of the page that was shown last. */
export async function press(agent: Agent, name: string): Promise<Walk> {
  return walked(agent, await agent.follow(await agent.submit(`/demo/${name}`)))
}

function walked(agent: Agent, answer: Answer): Walk {
  return { agent, answer, words: wordsOf(answer) }
}
