/** Asserts that axe finds nothing wrong with a page as it stands. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, NodeResult, Result, RunOptions } from 'axe-core'
import type { CDPSession, Page } from 'playwright-core'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const everything: RunOptions['runOnly'] = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}

const questions = {
  everything: { runOnly: everything },
  /** All but what colours decide. */
  structure: {
    runOnly: everything,
    rules: { 'color-contrast': { enabled: false }, 'link-in-text-block': { enabled: false } },
  },
} satisfies Record<string, RunOptions>

// Nothing is preloaded and no frame is asked: those are the two things for which axe sets a timer as a limit.
const limits: RunOptions = { resultTypes: ['violations'], preload: false, iframes: false }

/** Fails with each violation, its element and the way to mend it. */
export async function expectAccessible(page: Page, question: keyof typeof questions = 'everything'): Promise<void> {
  const evaluate = await openWorld(page)
  const options = { ...limits, ...questions[question] }
  const { violations } = (await evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults
  if (violations.length === 0) return
  throw new Error([`axe found faults in ${page.url()}`, ...violations.map(describeViolation)].join('\n\n'))
}

/** For a page that opens many documents, each of them checked: the browser keeps axe at hand, a third cheaper than sending it. */
export async function keepAxeAtHand(page: Page): Promise<void> {
  const session = await sessionOf(page)
  await session.send('Page.enable')
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: axeSource, worldName })
}

const worldName = 'axe'

/** They end with their pages. */
const sessions = new WeakMap<Page, Promise<CDPSession>>()

function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page)
  sessions.set(page, session)
  return session
}

/**
 * axe runs in an isolated world of the debugger: it sees the page's document, while the page's content security policy
 * stays in force and the page's own scripts see nothing of it. A document has one such world, and axe is put into it once.
 */
async function openWorld(page: Page): Promise<(expression: string) => Promise<unknown>> {
  const session = await sessionOf(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName,
  })
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      contextId,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  if ((await evaluate('typeof axe')) === 'object') return evaluate
  // A page without scripting has no timers, and axe waits for one between its steps: in its own world they fire at once.
  await evaluate(`if (matchMedia('(scripting: none)').matches) globalThis.setTimeout = queueMicrotask`)
  await evaluate(axeSource)
  return evaluate
}

function describeViolation({ id, impact, help, helpUrl, nodes }: Result): string {
  return [`${id} (${impact ?? 'unrated'}): ${help}`, helpUrl, ...nodes.map(describeNode)].join('\n')
}

function describeNode({ target, html, failureSummary }: NodeResult): string {
  return [`  at ${target.join(' ')}: ${html}`, ...(failureSummary ?? '').split('\n').map((line) => `    ${line}`)].join(
    '\n',
  )
}
